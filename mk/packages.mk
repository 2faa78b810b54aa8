# Packages.  SPDX-License-Identifier: ISC
#
# Both are built from the files that git tracks, in a copy: debhelper wants
# debian/ at the top, rpmbuild a tar file, and both write there.

.PHONY: deb rpm check-packages

tracked := git ls-files -z | tar --null --files-from=- --create --owner=0 --group=0 --sort=name \
	--mtime=@$$(git log -1 --format=%ct)

deb_copy := build/deb/pam-gcpkce-$(VERSION)
deb: ## build libpam-gcpkce_*.deb and gcpkce-greeter_*.deb in build/deb
	$(Q)tools/install-deps build
	$(Q)rm -rf build/deb && mkdir -p $(deb_copy)
	$(Q)git rev-parse --verify --quiet HEAD >/dev/null
	$(Q)$(tracked) | tar --extract --directory=$(deb_copy)
	$(Q)cp -r packaging/debian $(deb_copy)/debian
	$(Q)cd $(deb_copy) && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS dpkg-buildpackage -us -uc -b
	@ls -l build/deb/*.deb

# --nodeps: on Debian the libraries' packages are not rpm's
rpm: ## build pam_gcpkce-*.rpm in build/rpm
	$(Q)tools/install-deps build
	$(Q)tools/install-deps package
	$(Q)rm -rf build/rpm && mkdir -p build/rpm/SOURCES
	$(Q)$(tracked) --transform='s|^|pam_gcpkce-$(VERSION)/|' | gzip -n > build/rpm/SOURCES/pam_gcpkce-$(VERSION).tar.gz
	$(Q)cp etc/sysusers.d/pam_gcpkce.conf build/rpm/SOURCES/pam_gcpkce.sysusers
	$(Q)env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS rpmbuild --define '_topdir $(CURDIR)/build/rpm' \
		$(if $(wildcard /etc/debian_version),--nodeps) -bb packaging/rpm/pam_gcpkce.spec
	@ls -l build/rpm/RPMS/*/*.rpm

check-packages: ## build all packages, lintian, reproducibility, contents, policy (minutes)
	$(Q)tools/install-deps build
	$(Q)tools/install-deps package
	$(Q)tools/install-deps greeter
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)tools/check-packages
