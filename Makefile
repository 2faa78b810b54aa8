# pam_gcpkce: build and install.  SPDX-License-Identifier: ISC
#
# Who may link what ("make check-links" checks it):
#   pam_gcpkce.so   module/ helper_client/ config/ wire/ base/      libc libpam
#   gcpkce-helper   helper/ oauth/ wire/ base/                      libcrypto json-c libseccomp (libcurl is loaded late)
#   gcpkce          cli/ helper_client/ oauth/ config/ wire/ base/  libcrypto json-c
#   gcpkce-greeter  greeter/, of config/ and oauth/ files and JSON, base/  GTK json-c LightDM's library

.DELETE_ON_ERROR .SECONDARY .SUFFIXES:

# All cores, unless -j says how many.
ifeq ($(MAKELEVEL)$(filter -j% --jobs%,$(MAKEFLAGS)),0)
MAKEFLAGS += --jobs=$(shell nproc 2>/dev/null || echo 2)
endif

# Where files are installed; packagers set these and DESTDIR.
prefix      ?= /usr/local
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
libdir      ?= $(exec_prefix)/lib
libexecdir  ?= $(exec_prefix)/libexec
pamdir      ?= $(libdir)/security
sysconfdir  ?= /etc
datadir     ?= $(prefix)/share
docdir      ?= $(datadir)/doc/pam_gcpkce
pkgdatadir  ?= $(datadir)/pam_gcpkce
mandir      ?= $(datadir)/man
localedir   ?= $(datadir)/locale
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
unitdir     ?= $(prefix)/lib/systemd/system
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir  ?= $(datadir)/zsh/site-functions
fishcompdir ?= $(datadir)/fish/vendor_completions.d
xgreetersdir ?= $(datadir)/xgreeters

# Tools, and the packager's own flags, which come last and stay unchanged.
CC         ?= cc
PKG_CONFIG ?= pkg-config
INSTALL    ?= install
PYTHON     ?= /usr/bin/python3
CFLAGS     ?= -O2 -g

VERSION := $(shell cat VERSION)

# SAN=address,undefined and COVERAGE=1 build in directories of their own, so
# that objects never mix.  V=1 shows the commands.
comma    := ,
compiler := $(if $(filter clang%,$(CC)),-clang)$(if $(COVERAGE),-coverage)
B        ?= build/$(if $(SAN),$(subst $(comma),-,$(SAN)),default)$(compiler)
Q        := $(if $(V),,@)
say       = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

cc-ok = $(shell printf 'int x;' | $(CC) -Werror $(1) -xc -c -o /dev/null - 2>/dev/null && echo $(1))

warnings  := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wcast-qual -Wwrite-strings -Wundef
hardening := -fstack-protector-strong $(call cc-ok,-fstack-clash-protection) $(call cc-ok,-fcf-protection) \
	$(call cc-ok,-fstrict-flex-arrays=3) \
	$(if $(SAN)$(COVERAGE)$(findstring FORTIFY,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
sanitize  := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
count     := $(if $(COVERAGE),--coverage -fprofile-update=atomic -fprofile-dir=$(abspath $(B))/tests/counters)

own_cppflags := -D_GNU_SOURCE -Iinclude -Ipam_gcpkce -DGCPKCE_VERSION='"$(VERSION)"' -D_FILE_OFFSET_BITS=64 \
	-D_TIME_BITS=64 -DGCPKCE_CONF='"$(sysconfdir)/security/pam_gcpkce.conf"' \
	-DGCPKCE_MAP='"$(sysconfdir)/security/pam_gcpkce.map"'
own_cflags   := -std=c17 -fPIC -fvisibility=hidden -ffile-prefix-map=$(CURDIR)=. \
	$(warnings) $(hardening) $(sanitize) $(count) $(WERROR)
own_ldflags  := -Wl,-z,relro,-z,now,-z,noexecstack $(sanitize) $(count)

crypto_cflags  := $(shell $(PKG_CONFIG) --cflags libcrypto json-c 2>/dev/null)
crypto_libs    := $(shell $(PKG_CONFIG) --libs libcrypto json-c 2>/dev/null)
curl_cflags    := $(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
seccomp_cflags := $(shell $(PKG_CONFIG) --cflags libseccomp 2>/dev/null)
seccomp_libs   := $(shell $(PKG_CONFIG) --libs libseccomp 2>/dev/null)
lib_cflags     := $(crypto_cflags) $(curl_cflags) $(seccomp_cflags)

# ---- which objects each binary has, without the two that hold a path ----

objects = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(addprefix pam_gcpkce/,$(addsuffix /*.c,$(1))))))
helper_path_o := $(B)/pam_gcpkce/helper_client/helper_path.o
locale_path_o := $(B)/pam_gcpkce/module/locale_path.o
base     := $(call objects,base)
wire     := $(call objects,wire)
config   := $(call objects,config)
oauth    := $(call objects,oauth)
client   := $(filter-out $(helper_path_o),$(call objects,helper_client))
loopback := $(call objects,helper/loopback)
helper   := $(call objects,helper helper/http helper/sandbox) $(loopback)
module   := $(filter-out $(locale_path_o),$(call objects,module))
diagnose := $(call objects,cli/diagnose)
cli      := $(call objects,cli cli/stack) $(diagnose)
module_parts  := $(module) $(client) $(config) $(wire) $(base)
helper_parts  := $(helper) $(oauth) $(wire) $(base)
command_parts := $(cli) $(client) $(oauth) $(config) $(wire) $(base)

all: $(B)/pam_gcpkce.so $(B)/gcpkce-helper $(B)/gcpkce $(B)/gcpkce-helper@.service catalogues ## build the module, the helper and the command

# ---- compile and link; target_cflags and target_libs are a target's own ----

define compile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(own_cppflags) $(target_cflags) $(own_cflags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
endef
define program
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) -pie -Wl,--as-needed $(own_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(target_libs)
endef
define shared
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) -shared -Wl,--no-as-needed -Wl,--version-script=pam_gcpkce/module/pam_gcpkce.map \
		$(no_undefined) $(own_ldflags) $(flush) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -lpam $(target_libs)
endef
no_undefined = $(if $(SAN),,-Wl$(comma)--no-undefined)

# A file that changes when the text that it holds does.
stamp = @mkdir -p $(@D); printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' > $@
$(B)/flags: FORCE
	$(call stamp,$(CC) $(own_cppflags) $(own_cflags) $(own_ldflags) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS))
$(B)/paths: FORCE
	$(call stamp,$(libexecdir) $(localedir) $(bindir) $(sysconfdir))

$(B)/%.o: %.c $(B)/flags
	$(compile)
# gcc's own fork would write counters, and the helper may write no file.
$(oauth) $(helper) $(cli): private target_cflags = $(lib_cflags) $(if $(COVERAGE),-fno-builtin-fork)
$(helper_path_o): private target_cflags = -DGCPKCE_HELPER='"$(libexecdir)/gcpkce-helper"'
$(locale_path_o): private target_cflags = -DGCPKCE_LOCALE='"$(localedir)"'
$(helper_path_o) $(locale_path_o): $(B)/paths

$(B)/pam_gcpkce.so: $(module_parts) $(helper_path_o) $(locale_path_o) pam_gcpkce/module/pam_gcpkce.map
	$(shared)
$(B)/gcpkce-helper: $(helper_parts)
$(B)/gcpkce-helper: private target_libs = $(crypto_libs) $(seccomp_libs)
$(B)/gcpkce: $(command_parts) $(helper_path_o)
$(B)/gcpkce: private target_libs = $(crypto_libs)
$(B)/gcpkce-helper $(B)/gcpkce:
	$(program)

$(B)/gcpkce-helper@.service: packaging/systemd/gcpkce-helper@.service.in $(B)/paths
	@mkdir -p $(@D)
	$(Q)sed 's|@libexecdir@|$(libexecdir)|g' $< > $@

# Without gettext's tools all messages are English.
languages  := $(patsubst po/%.po,%,$(sort $(wildcard po/*.po)))
catalogues := $(if $(shell command -v msgfmt),$(languages:%=$(B)/locale/%/LC_MESSAGES/pam_gcpkce.mo))
catalogues: $(catalogues)
$(B)/locale/%/LC_MESSAGES/pam_gcpkce.mo: po/%.po
	@mkdir -p $(@D)
	$(call say,MSGFMT,$<)
	$(Q)msgfmt --check-format --check-domain -o $@ $<

include mk/greeter.mk tests/build.mk tests/fuzz/build.mk tests/bench/build.mk mk/checks.mk mk/packages.mk

# ---- install; the administrator's configuration stays ----

# Each row: mode, directory, files, and the name of a file that is renamed.
define each_installed
	$(call $(1),0644,$(pamdir),$(B)/pam_gcpkce.so)
	$(call $(1),0711,$(libexecdir),$(B)/gcpkce-helper)
	$(call $(1),0755,$(bindir),$(B)/gcpkce)
	$(call $(1),0644,$(mandir)/man1,man/gcpkce.1)
	$(call $(1),0644,$(mandir)/man5,man/pam_gcpkce.conf.5)
	$(call $(1),0644,$(mandir)/man8,man/pam_gcpkce.8 man/gcpkce-helper.8)
	$(if $(greeter_built),$(call $(1),0755,$(bindir),$(greeter_built)))
	$(if $(greeter_built),$(call $(1),0755,$(libexecdir),pam_gcpkce/greeter/gcpkce-chromium))
	$(if $(greeter_built),$(call $(1),0644,$(mandir)/man1,man/gcpkce-view.1))
	$(if $(greeter_built),$(call $(1),0644,$(mandir)/man8,man/gcpkce-greeter.8))
	$(if $(greeter_built),$(call $(1),0644,$(xgreetersdir),etc/xgreeters/gcpkce-greeter.desktop))
	$(call $(1),0644,$(sysusersdir),etc/sysusers.d/pam_gcpkce.conf)
	$(call $(1),0644,$(tmpfilesdir),etc/tmpfiles.d/pam_gcpkce.conf)
	$(call $(1),0644,$(unitdir),packaging/systemd/gcpkce-helper.socket $(B)/gcpkce-helper@.service)
	$(call $(1),0644,$(bashcompdir),etc/completion/gcpkce.bash,gcpkce)
	$(call $(1),0644,$(zshcompdir),etc/completion/_gcpkce)
	$(call $(1),0644,$(fishcompdir),etc/completion/gcpkce.fish)
	$(call $(1),0755,$(pkgdatadir),$(fleet_scripts))
	$(call $(1),0644,$(pkgdatadir),etc/pam.d/sshd etc/sshd_config.d/10-gcpkce.conf)
	$(call $(1),0644,$(docdir),README.md LICENSE NEWS.md SECURITY.md CONTRIBUTING.md)
	$(call $(1),0644,$(docdir)/docs,$(wildcard docs/*.md))
	$(call $(1),0644,$(docdir)/docs/pictures,$(wildcard docs/pictures/*))
	$(call $(1),0644,$(docdir)/examples,$(wildcard etc/pam_gcpkce.* etc/pam.d/* etc/sshd_config.d/*))
	$(call $(1),0644,$(docdir)/examples/pam-configs,$(wildcard etc/pam-configs/*))
	$(call $(1),0644,$(docdir)/examples/systemd,$(wildcard packaging/systemd/lockers/*))
	$(call $(1),0644,$(docdir)/examples/systemd/$(polkit_dropin),packaging/systemd/$(polkit_dropin)/10-gcpkce.conf)
	$(call $(1),0644,$(docdir)/examples/www,$(wildcard etc/www/*))
	$(call $(1),0644,$(docdir)/examples/fleet,$(filter-out $(fleet_scripts),$(wildcard packaging/fleet/*)))
	$(call $(1),0644,$(docdir)/examples/selinux,$(wildcard packaging/selinux/*))
	$(call $(1),0644,$(docdir)/examples/greetd,etc/greetd/config.toml)
endef
configuration  = security/pam_gcpkce.conf security/pam_gcpkce.map $(if $(greeter_built),gcpkce-greeter.conf)
fleet_scripts := $(addprefix packaging/fleet/,settings sshd-stack)
polkit_dropin := polkit-agent-helper@.service.d
add = $(INSTALL) -d $(DESTDIR)$(2) && $(INSTALL) -m $(1) $(3) $(DESTDIR)$(2)/$(4)
remove = rm -f $(addprefix $(DESTDIR)$(2)/,$(or $(4),$(notdir $(3))))

install: all ## install below $(DESTDIR)$(prefix)
	$(call each_installed,add)
	for mo in $(catalogues:$(B)/locale/%=%); do \
		$(INSTALL) -D -m 0644 $(B)/locale/$$mo $(DESTDIR)$(localedir)/$$mo || exit 1; done
	for file in $(configuration); do test -e $(DESTDIR)$(sysconfdir)/$$file || \
		$(INSTALL) -D -m 0644 etc/$${file##*/} $(DESTDIR)$(sysconfdir)/$$file || exit 1; done

uninstall: ## remove what install put there; the configuration stays
	$(call each_installed,remove)
	rm -f $(languages:%=$(DESTDIR)$(localedir)/%/LC_MESSAGES/pam_gcpkce.mo)
	-rmdir $(addprefix $(DESTDIR)$(docdir)/,docs/pictures docs $(addprefix examples/,pam-configs systemd/$(polkit_dropin) systemd www fleet selinux greetd) examples) \
		$(DESTDIR)$(docdir) $(DESTDIR)$(pkgdatadir) 2>/dev/null
	@echo 'Mind: a stack that still names pam_gcpkce.so locks people out.'

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F':.*## ' '/^[a-z_.-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(filter %Makefile %.mk,$(MAKEFILE_LIST))

.PHONY: all catalogues install uninstall clean help FORCE
FORCE:

-include $(patsubst %.o,%.d,$(command_parts) $(helper) $(module) $(helper_path_o) $(locale_path_o)) \
	$(wildcard $(B)/pam_gcpkce/greeter/*.d $(B)/tests/*/*.d $(B)/tools/*.d)
