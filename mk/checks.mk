# Checks, and texts that are made.  SPDX-License-Identifier: ISC

headers := $(sort $(wildcard include/gcpkce/*/*.h))
sources := $(sort $(headers) $(wildcard pam_gcpkce/*/*.[ch] pam_gcpkce/*/*/*.[ch] tests/*/*.[ch] tools/*.[ch]))
scripts := $(addprefix tools/,install-deps coverage check-deep enter-release check-release pinned) \
	tools/check-packages tests/links.sh tests/bench/two-curls.sh .ci/run \
	$(addprefix tests/packages/,lifecycle selinux-policy) $(addprefix packaging/fleet/,settings sshd-stack) $(wildcard packaging/debian/*.p*)

.PHONY: deps check check-built quick check-release check-web check-oidc check-service check-links load check-deep coverage mutate demo \
	format format-check lint check-musl product-objects texts fault-table transcripts

# ---- tests; T=NAME is for those whose name has it ----

deps:
	$(Q)tools/install-deps

# With CI=true in the environment what a compiler or formatter finds counts too;
# elsewhere a newer one with more to say must not fail a newcomer's first run.
check: deps ## run every test (T=name: only those whose name has it)
	$(if $(filter true,$(CI)),$(Q)$(MAKE) --no-print-directory format-check lint)
	$(Q)$(MAKE) --no-print-directory check-built
check-built: test-parts unit-parts $(if $(T),$(findstring fuzz-parts,$(patsubst fuzz%,fuzz-parts,$(T))),fuzz-parts)
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(SAN),--sanitized) $(if $(T),--name '$(T)') all

quick: unit-parts test-parts ## tests that need neither root nor network, in under a minute
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') quick

# RELEASE is a name that debootstrap knows; RELEASE_DIR is where the tree is,
# by default build/release/RELEASE.
check-release: ## everything in a tree of RELEASE=trixie, sid, ...; docs/RELEASES.md (20 minutes, 2 GB)
	$(Q)tools/install-deps release
	$(Q)tools/check-release '$(RELEASE)' $(if $(RELEASE_DIR),'$(RELEASE_DIR)')

check-web: deps ## the pages in a real browser, and the examples in real web servers
	$(Q)tools/install-deps web
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') web

check-oidc: deps ## sign-ins as with CXone, against node's oidc-provider, which npm installs (as root)
	$(Q)tools/install-deps oidc
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') oidc

check-service: deps ## the sign-ins once more, over the socket of the helper's service (minutes)
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') service

check-links: all ## the dependencies between the directories
	$(Q)tests/links.sh $(B)

load: deps ## 200 sign-ins at once, 2,000 one after the other, 1,000 that never end (minutes)
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)GCPKCE_LOAD=full $(PYTHON) tests/run.py --build $(B) --name test_load all

check-deep: deps ## checks too slow for make check: sanitizers, valgrind, analysers, long runs
	$(Q)tools/install-deps deep
	$(Q)tools/check-deep $(T)

coverage: deps ## which lines and branches the tests reach; docs/COVERAGE.md
	$(Q)tools/install-deps deep
	$(Q)$(MAKE) --no-print-directory COVERAGE=1 B=build/coverage/objects CFLAGS='-O0 -g' test-parts unit-parts
	$(Q)tools/coverage build/coverage $(PYTHON)

# By a dry run of make, so that each file has the flags that it is built with.
compile_commands.json: FORCE ## for clangd and other tools that read C
	$(Q)$(MAKE) --no-print-directory --dry-run --always-make V=1 test-parts unit-parts bench-parts fuzz-objects greeter | \
		$(PYTHON) tools/compile-commands $@

mutate: deps ## flip every condition of the decision, one by one: does a test notice?
	$(Q)$(PYTHON) tools/mutate

demo: deps ## one whole sign-in through PAM, against a fake server; PROVIDER=cxone: of CXone
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)$(PYTHON) tools/demo --build $(B)$(if $(PROVIDER), --provider $(PROVIDER))

# ---- style ----

format: ## format the C sources
	$(Q)clang-format -i --style=file $(sources)
format-check: ## are the C sources formatted?
	$(Q)tools/pinned 14 clang-format --dry-run -Werror --style=file $(sources)

lint: ## -Werror under gcc and clang, cppcheck, shellcheck, man pages, headers alone
	$(Q)tools/install-deps bench
	$(Q)$(MAKE) --no-print-directory B=build/lint-gcc CC=gcc WERROR=-Werror test-parts unit-parts bench-parts \
		$(if $(webkit_libs),greeter)
	$(Q)$(MAKE) --no-print-directory B=build/lint-clang CC=clang WERROR=-Werror \
		test-parts unit-parts bench-parts fuzz-objects $(if $(webkit_libs),greeter)
	$(Q)for h in $(headers); do printf '#include "%s"\n' "$$h" | \
		$(CC) $(own_cppflags) -I. $(crypto_cflags) -std=c17 -Werror -fsyntax-only -xc - || exit 1; done
	$(Q)tools/pinned 2.10 cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -Iinclude -Ipam_gcpkce \
		-DGCPKCE_HELPER='""' -DGCPKCE_LOCALE='""' -DGCPKCE_VERSION='""' -DGCPKCE_VIEW='""' pam_gcpkce
	$(Q)$(MAKE) --no-print-directory check-musl
	$(Q)shellcheck $(scripts)
	$(Q)mandoc -Tlint -Wwarning man/*.[158]
	@echo 'lint: clean'

# ---- musl: the product's objects alone, which are linked with nothing ----

product-objects: $(command_parts) $(helper_path_o) $(helper) $(module) $(locale_path_o)

# The other libraries' headers are glibc's neighbours, so they come last.
musl_cc = musl-gcc -idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)
check-musl: ## compile the product with musl-gcc, where that is here
	$(Q)if command -v musl-gcc >/dev/null; \
	then $(MAKE) --no-print-directory B=build/musl CC='$(musl_cc)' WERROR=-Werror \
		crypto_cflags= curl_cflags= seccomp_cflags= product-objects; \
	else echo '*** SKIPPED: not compiled with musl: musl-gcc (musl-tools) is not here ***'; fi

# ---- texts that come from the table of keys, and hashes of the pages ----

# etc/pam_gcpkce.conf, the manual's list of keys, etc/completion, the hashes in etc/www, po/
texts: $(text_tools) po/pam_gcpkce.pot ## renew the texts made from the table of keys, the pages' hashes, po/
	$(Q)$(PYTHON) tools/page-hashes
	$(Q)$(B)/tools/config-text example > etc/pam_gcpkce.conf
	$(Q)$(B)/tools/completion bash > etc/completion/gcpkce.bash
	$(Q)$(B)/tools/completion zsh > etc/completion/_gcpkce
	$(Q)$(B)/tools/completion fish > etc/completion/gcpkce.fish
	$(Q)$(B)/tools/config-text manual man/pam_gcpkce.conf.5 > $(B)/page && cp $(B)/page man/pam_gcpkce.conf.5
	$(Q)for po in $(wildcard po/*.po); do \
		msgmerge --quiet --update --backup=off --no-fuzzy-matching "$$po" po/pam_gcpkce.pot; done

po/pam_gcpkce.pot: include/gcpkce/base/messages.h $(sort $(wildcard pam_gcpkce/greeter/*_messages.h))
	$(Q)xgettext --language=C --keyword=N_ --from-code=UTF-8 --omit-header --no-location -o $@ $^

fault-table: test-parts ## renew docs/FAULTS.md from a run of the matrix of faults
	$(Q)GCPKCE_BUILD=$(abspath $(B)) $(PYTHON) -B tests/failure/matrix.py --page docs/FAULTS.md

transcripts: test-parts ## renew tests/system/transcripts from real terminals; needs root
	$(Q)GCPKCE_TRANSCRIPTS=renew GCPKCE_BUILD=$(abspath $(B)) $(PYTHON) -B -m pytest -q -p no:cacheprovider \
		tests/system/test_transcripts.py
