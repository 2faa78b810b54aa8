# pam_gcpkce: build, install and check.  SPDX-License-Identifier: ISC
#
# Who may link what ("make check-links" holds it):
#   pam_gcpkce.so   module/ helper_client/ config/ wire/ base/         libc libpam
#   gcpkce-helper   helper/ oauth/ wire/ base/                         libcrypto json-c libseccomp (libcurl is loaded late)
#   gcpkce          cli/ helper_client/ oauth/ config/ wire/ base/     libcrypto json-c

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

# All cores, unless somebody says how many.
ifeq ($(MAKELEVEL)$(filter -j% --jobs%,$(MAKEFLAGS)),0)
MAKEFLAGS += --jobs=$(shell nproc 2>/dev/null || echo 2)
endif

VERSION := $(shell cat VERSION)

# Where things go; packagers set these and DESTDIR.
prefix      ?= /usr/local
exec_prefix ?= $(prefix)
bindir      ?= $(exec_prefix)/bin
libdir      ?= $(exec_prefix)/lib
libexecdir  ?= $(exec_prefix)/libexec
pamdir      ?= $(libdir)/security
sysconfdir  ?= /etc
datadir     ?= $(prefix)/share
docdir      ?= $(datadir)/doc/pam_gcpkce
mandir      ?= $(datadir)/man
localedir   ?= $(datadir)/locale
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
bashcompdir ?= $(datadir)/bash-completion/completions
zshcompdir  ?= $(datadir)/zsh/site-functions
fishcompdir ?= $(datadir)/fish/vendor_completions.d
DESTDIR     ?=

# Tools and the packager's own flags, which come last and stay untouched.
CC         ?= cc
PKG_CONFIG ?= pkg-config
INSTALL    ?= install
PYTHON     ?= /usr/bin/python3
CFLAGS     ?= -O2 -g
CPPFLAGS   ?=
LDFLAGS    ?=
SAN        ?=
COVERAGE   ?=

# A flavour is a folder of its own, so that flavours never mix.
comma   := ,
define newline


endef
flavour := $(if $(SAN),$(subst $(comma),-,$(SAN)),default)$(if $(filter clang%,$(CC)),-clang)$(if $(COVERAGE),-coverage)
B       ?= build/$(flavour)
T       ?=
FIGURE  ?=
V       ?=
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

cc-ok = $(shell printf 'int x;' | $(CC) -Werror $(1) -xc -c -o /dev/null - 2>/dev/null && echo $(1))

warnings := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wvla \
	-Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wcast-qual \
	-Wwrite-strings -Wundef
hardening := -fstack-protector-strong $(call cc-ok,-fstack-clash-protection) \
	$(call cc-ok,-fcf-protection) $(call cc-ok,-fstrict-flex-arrays=3) \
	$(if $(SAN)$(COVERAGE)$(findstring FORTIFY,$(CPPFLAGS) $(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
sanitize := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
count    := $(if $(COVERAGE),--coverage -fprofile-update=atomic -fprofile-dir=$(abspath $(B))/tests/counters)

own_cppflags := -D_GNU_SOURCE -Iinclude -Ipam_gcpkce -DGCPKCE_VERSION='"$(VERSION)"' \
	-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
	-DGCPKCE_CONF='"$(sysconfdir)/security/pam_gcpkce.conf"' \
	-DGCPKCE_MAP='"$(sysconfdir)/security/pam_gcpkce.map"'
own_cflags   := -std=c17 -fPIC -fvisibility=hidden -ffile-prefix-map=$(CURDIR)=. \
	$(warnings) $(hardening) $(sanitize) $(count) $(WERROR)
own_ldflags  := -Wl,-z,relro,-z,now,-z,noexecstack $(sanitize) $(count)
WERROR ?=

crypto_cflags := $(shell $(PKG_CONFIG) --cflags libcrypto json-c 2>/dev/null)
crypto_libs   := $(shell $(PKG_CONFIG) --libs libcrypto json-c 2>/dev/null)
curl_cflags   := $(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
filter_cflags := $(shell $(PKG_CONFIG) --cflags libseccomp 2>/dev/null)
filter_libs   := $(shell $(PKG_CONFIG) --libs libseccomp 2>/dev/null)

objects = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(addprefix pam_gcpkce/,$(addsuffix /*.c,$(1))))))
path_o := $(B)/pam_gcpkce/helper_client/helper_path.o
locale_o := $(B)/pam_gcpkce/module/locale_path.o
base     := $(call objects,base)
wire     := $(call objects,wire)
config   := $(call objects,config)
oauth    := $(call objects,oauth)
client   := $(filter-out $(path_o),$(call objects,helper_client))
loopback := $(call objects,helper/loopback)
helper   := $(call objects,helper helper/http helper/sandbox) $(loopback)
module   := $(filter-out $(locale_o),$(call objects,module))
diagnose := $(call objects,cli/diagnose)
cli      := $(call objects,cli cli/stack) $(diagnose)
# What each binary is made of, without the paths that differ in tests.
module_parts  := $(module) $(client) $(config) $(wire) $(base)
helper_parts  := $(helper) $(oauth) $(wire) $(base)
command_parts := $(cli) $(client) $(oauth) $(config) $(wire) $(base)
headers := $(sort $(wildcard include/gcpkce/*/*.h))
unit    := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
sweep   := $(patsubst tests/sweep/%.c,$(B)/tests/sweep/%,$(sort $(wildcard tests/sweep/test_*.c)))
pam     := $(patsubst tests/pam/%.c,$(B)/tests/pam/%,$(sort $(wildcard tests/pam/test_*.c)))
pam_host := $(patsubst %,$(B)/tests/pam/%.o,host surroundings accounts journal apart own_run)
sources := $(sort $(wildcard pam_gcpkce/*/*.[ch] pam_gcpkce/*/*/*.[ch] include/gcpkce/*/*.h tests/*/*.[ch] tools/*.[ch]))

all: $(B)/pam_gcpkce.so $(B)/gcpkce-helper $(B)/gcpkce catalogues ## build the module, the helper and the command

# ---- building ----

# Rebuild exactly when the flags change.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(own_cppflags) $(own_cflags) $(own_ldflags) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' | cmp -s - $@ || \
	printf '%s\n' '$(CC) $(own_cppflags) $(own_cflags) $(own_ldflags) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)' > $@
$(B)/helper-path: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(libexecdir)' | cmp -s - $@ || printf '%s\n' '$(libexecdir)' > $@
$(B)/locale-path: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(localedir)' | cmp -s - $@ || printf '%s\n' '$(localedir)' > $@
FORCE:

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(own_cppflags) $(extra_cflags) $(own_cflags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The helper may write no file; gcc's own fork would write its counters.
$(oauth) $(helper) $(cli): private extra_cflags = $(crypto_cflags) $(curl_cflags) $(filter_cflags) $(if $(COVERAGE),-fno-builtin-fork)
$(path_o): private extra_cflags = -DGCPKCE_HELPER='"$(libexecdir)/gcpkce-helper"'
$(path_o): $(B)/helper-path
$(locale_o): private extra_cflags = -DGCPKCE_LOCALE='"$(localedir)"'
$(locale_o): $(B)/locale-path

$(B)/pam_gcpkce.so: $(module_parts) $(path_o) $(locale_o)
$(B)/gcpkce-helper: $(helper_parts)
$(B)/gcpkce: $(command_parts) $(path_o)

# Counters are written where a process ends without running destructors, too.
flush_o   := $(if $(COVERAGE),$(B)/tests/coverage/flush.o)
flush     := $(if $(COVERAGE),$(flush_o) $(addprefix -Wl$(comma)--wrap=,_exit syscall setrlimit64 result_pam))

link_so   = $(CC) -shared -Wl,--no-as-needed -Wl,--version-script=pam_gcpkce/module/pam_gcpkce.map $(if $(SAN),,-Wl$(comma)--no-undefined) \
	$(own_ldflags) $(flush) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -lpam
link_prog = $(CC) -pie -Wl,--as-needed $(own_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^)

$(B)/pam_gcpkce.so $(B)/tests/pam_gcpkce.so $(B)/tests/pam_gcpkce_scripted.so $(B)/tests/pam_gcpkce_leaping.so: pam_gcpkce/module/pam_gcpkce.map | $(flush_o)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link_so)
$(B)/gcpkce-helper $(B)/tests/trial-helper:
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(wrapped) $(crypto_libs) $(filter_libs)
$(B)/gcpkce $(B)/tests/gcpkce $(B)/tests/gcpkce-trial:
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(crypto_libs)

# ---- sentences in other languages ----

languages := $(patsubst po/%.po,%,$(sort $(wildcard po/*.po)))
has_msgfmt := $(shell command -v msgfmt)
catalogue = locale/$(1)/LC_MESSAGES/pam_gcpkce.mo
# Without gettext's tools the build goes on, and all sentences are English.
catalogues := $(if $(has_msgfmt),$(foreach l,$(languages),$(B)/$(call catalogue,$l)))
catalogues: $(catalogues)
$(B)/locale/%/LC_MESSAGES/pam_gcpkce.mo: po/%.po
	@mkdir -p $(@D)
	$(call say,MSGFMT,$<)
	$(Q)msgfmt --check-format --check-domain -o $@ $<

po/pam_gcpkce.pot: include/gcpkce/base/messages.h
	$(Q)xgettext --language=C --keyword=N_ --from-code=UTF-8 --omit-header --no-location -o $@ $<

# ---- what tests run: the same objects, but for the paths of helper and catalogues ----

$(B)/tests/helper_path.o $(B)/tests/scripted_path.o $(B)/tests/leaping_path.o $(B)/tests/trial_path.o: pam_gcpkce/helper_client/helper_path.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(own_cppflags) -DGCPKCE_HELPER='"$(extra_path)"' $(own_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(B)/tests/helper_path.o: private extra_path = $(abspath $(B))/gcpkce-helper
$(B)/tests/scripted_path.o: private extra_path = $(abspath $(B))/tests/scripted-helper
$(B)/tests/leaping_path.o: private extra_path = $(abspath $(B))/tests/leaping-helper
$(B)/tests/trial_path.o: private extra_path = $(abspath $(B))/tests/trial-helper

$(B)/tests/locale_path.o: pam_gcpkce/module/locale_path.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(own_cppflags) -DGCPKCE_LOCALE='"$(abspath $(B))/locale"' $(own_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/tests/pam_gcpkce.so: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/helper_path.o
$(B)/tests/pam_gcpkce_scripted.so: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/scripted_path.o
$(B)/tests/pam_gcpkce_leaping.so: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/leaping_path.o
$(B)/tests/gcpkce: $(command_parts) $(B)/tests/helper_path.o
$(B)/tests/gcpkce-trial: $(command_parts) $(B)/tests/trial_path.o
$(B)/tests/trial-helper: $(B)/tests/sandbox/trial.o $(B)/tests/sandbox/ways.o $(helper_parts)
$(B)/tests/without: $(B)/tests/sandbox/without.o

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(oauth) $(diagnose) $(client) $(config) $(wire) $(base) $(B)/tests/helper_path.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(flush) $(more_libs) $(crypto_libs) -lcmocka
$(B)/tests/unit/test_sandbox $(B)/tests/unit/test_loopback_server $(B)/tests/unit/test_conn: $(filter-out %/main.o,$(helper))
$(B)/tests/unit/test_sandbox $(B)/tests/unit/test_loopback_server $(B)/tests/unit/test_conn $(B)/tests/unit/test_helper_child: private more_libs = $(filter_libs)
$(B)/tests/unit/test_seccomp: $(addprefix $(B)/pam_gcpkce/helper/sandbox/,syscalls.o seccomp.o)
# it wraps a call itself that the counting build wraps
$(B)/tests/unit/test_seccomp: private flush =
$(B)/tests/unit/test_seccomp: private more_libs = -Wl,--wrap=syscall $(filter_libs)
$(B)/tests/unit/test_result: $(B)/pam_gcpkce/module/result.o
$(B)/tests/unit/test_template: $(B)/pam_gcpkce/module/template.o
$(B)/tests/unit/test_config_example: $(B)/tools/config_example.o
$(B)/tests/unit/test_page $(B)/tests/unit/test_http_request: $(filter %/page.o %/http_request.o,$(loopback))
$(B)/tests/unit/test_helper_proc: $(B)/tests/pam/own_run.o
$(unit) $(sweep): | $(flush_o)
$(B)/tests/pam/test_%: $(B)/tests/pam/test_%.o $(pam_host) $(config) $(wire) $(base)
	$(call say,LINK,$@)
	$(Q)$(link_prog) -rdynamic -lpam -lcmocka
$(B)/tests/scripted-helper: $(B)/tests/pam/scripted_helper.o $(B)/tests/pam/twist.o $(wire) $(base)
	$(call say,LINK,$@)
	$(Q)$(link_prog)
$(B)/tests/trial-helper: private wrapped = -Wl,--wrap=exchange_run
$(B)/tests/without:
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(filter_libs)
$(B)/tests/libnss_resolve.so.2: $(B)/tests/sandbox/nss_resolve.o
$(B)/tests/libnss_directory.so.2: $(B)/tests/login/nss_directory.o
$(B)/tests/libnss_%.so.2:
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(CFLAGS) $(LDFLAGS) -o $@ $<
# libpam itself, with modules that answer what the test wants, or ask for a password
$(B)/tests/pam_inject.so $(B)/tests/pam_password.so: $(B)/tests/%.so: $(B)/tests/pam/%.o
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(sanitize) $(count) $(CFLAGS) $(LDFLAGS) -o $@ $<
$(B)/tests/inject-host: $(B)/tests/pam/inject_host.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) -lpam
$(B)/tests/pam-session: $(B)/tests/pam/pam_session.o $(B)/tests/pam/no_delay.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) -lpam -lpam_misc
# the matrix of faults: its host; and host and helper with a clock that leaps
$(B)/tests/fault-host: $(B)/tests/faults/fault_host.o $(B)/tests/pam/own_run.o
$(B)/tests/leaping-host: $(B)/tests/faults/fault_host.o $(B)/tests/pam/own_run.o $(B)/tests/faults/leaping_clock.o
$(B)/tests/fault-host $(B)/tests/leaping-host:
	$(call say,LINK,$@)
	$(Q)$(link_prog) -rdynamic -lpam
$(B)/tests/leaping-helper: $(helper_parts) $(B)/tests/faults/leaping_clock.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) -rdynamic $(crypto_libs) $(filter_libs)
$(B)/tests/pam-greeter: $(B)/tests/pam/pam_greeter.o $(B)/tests/pam/no_delay.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) -lpam
# ---- what the bench runs; tests/bench/traced.c says what gives way ----

bench   := $(B)/tests/bench
# In a private /run, so that one build serves every folder.
traced  := /run/gcpkce-bench
# The comparison alone has libcurl and OpenSSL in the host.
curl_libs := $(shell $(PKG_CONFIG) --libs libcurl 2>/dev/null)
wraps   := $(addprefix -Wl$(comma)--wrap=,setrlimit64 syscall sandbox_begin fork)
bench-parts: test-parts $(addprefix $(bench)/,relay farend floor host decisions pam_compare.so \
	pam_gcpkce_traced.so helper-traced tracer) ## build what the bench runs
$(bench)/host: $(B)/tests/pam/no_delay.o
$(bench)/relay $(bench)/farend $(bench)/floor $(bench)/host $(bench)/tracer: $(bench)/%: $(bench)/%.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) -lpam -lssl -lcrypto
$(bench)/decisions: $(bench)/decisions.o $(config) $(wire) $(base)
	$(call say,LINK,$@)
	$(Q)$(link_prog)
$(bench)/pam_compare.so: $(bench)/compare.o
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(own_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpam $(curl_libs) -lcrypto
$(bench)/helper-traced: $(helper_parts) $(bench)/traced.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(wraps) $(crypto_libs) $(filter_libs)
$(bench)/pam_gcpkce_traced.so: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/helper_path.o $(bench)/traced.o
	$(call say,LINK,$@)
	$(Q)$(link_so) $(wraps)
$(bench)/traced.o $(bench)/tracer.o: private extra_cflags = -DPLACE='"$(traced)"' -DTRACER='"$(traced)/tracer"'
$(bench)/compare.o: private extra_cflags = $(curl_cflags)

$(B)/tools/config-text: $(B)/tools/config_text.o $(B)/tools/config_example.o $(config) $(wire) $(base)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(link_prog)
$(B)/tools/completion: $(B)/tools/completion.o
	$(call say,LINK,$@)
	$(Q)$(link_prog)
$(B)/tools/completion.o: private extra_cflags = -I. $(crypto_cflags)

# ---- the same with faults: the calls of our objects, of no library, fail ----

injected := malloc calloc free mmap64 munmap opendir fdopendir closedir scandirat64 \
	json_tokener_new_ex dlopen dlsym \
	fstat64 read write recv send readlinkat poll socket socketpair pipe2 _Fork getrandom mkdirat unlinkat \
	fchmod fchown open64 openat64 __openat64_2 fcntl64
inject_o := $(B)/tests/sweep/inject.o
# One folder for one build: the helper has no argument that could name it.
page     := /dev/shm/gcpkce-inject-$(shell printf '%s' '$(abspath $(B))' | cksum | cut -d' ' -f1)

# Bound together first, so that no library's calls are led astray with ours.
$(B)/tests/sweep/module.o: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/scripted_path.o $(inject_o)
$(B)/tests/sweep/parts.o: $(B)/tests/sweep/test_part_sweep.o $(oauth) $(diagnose) $(client) $(config) $(wire) $(base) $(B)/tests/helper_path.o $(inject_o)
$(B)/tests/sweep/helper.o: $(helper_parts) $(B)/tests/sweep/inject_page.o $(inject_o)
$(B)/tests/sweep/module.o $(B)/tests/sweep/parts.o $(B)/tests/sweep/helper.o:
	$(Q)$(LD) -r $(addprefix --wrap=,$(injected)) -o $@ $^

$(B)/tests/sweep/tests/pam_gcpkce_scripted.so: $(B)/tests/sweep/module.o pam_gcpkce/module/pam_gcpkce.map | $(flush_o)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(subst -Wl$(comma)--no-undefined,,$(link_so))
$(B)/tests/sweep/host.o: tests/pam/host.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(own_cppflags) -DBUILD='"$(abspath $(B))/tests/sweep"' $(own_cflags) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/tests/sweep/test_signin_sweep: $(B)/tests/sweep/test_signin_sweep.o $(B)/tests/sweep/host.o $(filter-out %/host.o,$(pam_host)) $(config) $(wire) $(base)
	$(call say,LINK,$@)
	$(Q)$(link_prog) -rdynamic -lpam -lcmocka
$(B)/tests/sweep/test_part_sweep: $(B)/tests/sweep/parts.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(flush) $(crypto_libs) -lcmocka
$(B)/tests/sweep/gcpkce-helper: $(B)/tests/sweep/helper.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(crypto_libs) $(filter_libs)
$(B)/tests/sweep/helper_path.o: pam_gcpkce/helper_client/helper_path.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(own_cppflags) -DGCPKCE_HELPER='"$(abspath $(B))/tests/sweep/gcpkce-helper"' $(own_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(B)/tests/sweep/gcpkce: $(command_parts) $(B)/tests/sweep/helper_path.o
	$(call say,LINK,$@)
	$(Q)$(link_prog) $(crypto_libs)
$(B)/tests/sweep/inject_page.o: private extra_cflags = -DINJECT_PAGE='"$(page)"'

# cmocka 2 has other names for what cmocka 1 has.
$(patsubst %,%.o,$(sweep)) $(patsubst %,%.o,$(unit)) $(patsubst %,%.o,$(pam)) $(pam_host): private extra_cflags = $(crypto_cflags) $(curl_cflags) $(filter_cflags) \
	-Wno-deprecated-declarations \
	-DBUILD='"$(abspath $(B))"' -DSOURCE='"$(CURDIR)"'

$(B)/tests/sandbox/trial.o $(B)/tests/sandbox/ways.o $(B)/tests/sandbox/without.o: private extra_cflags = -I. $(crypto_cflags) $(curl_cflags) $(filter_cflags)

# Locales of the tests' own: in C.UTF-8, newer releases of glibc ask no catalogue.
locales := $(patsubst /usr/share/i18n/locales/%,$(B)/tests/locale/%.UTF-8/LC_CTYPE,$(if $(shell command -v localedef),\
	$(wildcard $(addprefix /usr/share/i18n/locales/,en_US de_DE))))
$(locales): $(B)/tests/locale/%.UTF-8/LC_CTYPE:
	@mkdir -p $(B)/tests/locale
	$(call say,LOCALE,$*.UTF-8)
	$(Q)localedef --no-archive -i $* -f UTF-8 $(@D)

# what whole sign-ins in tests run
signin_parts := $(addprefix $(B)/tests/,pam_gcpkce.so gcpkce pam-session pam-greeter pam_inject.so pam_password.so inject-host \
	fault-host leaping-host leaping-helper pam_gcpkce_leaping.so \
	gcpkce-trial trial-helper without libnss_resolve.so.2 libnss_directory.so.2 \
	sweep/gcpkce-helper sweep/gcpkce)
test-parts: all $(signin_parts) $(locales) ## build what whole sign-ins in tests run
unit-parts: $(unit) $(pam) $(sweep) $(B)/tests/sweep/tests/pam_gcpkce_scripted.so $(B)/tests/pam_gcpkce_scripted.so $(B)/tests/scripted-helper $(B)/tools/config-text $(B)/tools/completion $(locales)

# ---- fuzz targets, by clang's libFuzzer, in a flavour of their own ----

# What each is linked with, and which functions of libc it puts its own before.
fuzz_files := open64 openat64 scandirat64 fstat64 geteuid
fuzz_world := $(fuzz_files) malloc calloc mmap64 munmap clock_gettime getrandom gethostname getpwnam_r getpwuid_r getgrnam_r getgrouplist \
	read write socket connect socketpair pipe2 poll send recv _Fork syscall kill waitpid
fuzz_names := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz_exe   := $(addprefix $(B)/tests/fuzz/fuzz_,$(fuzz_names))
fuzz_o     := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/fuzz/*.c)))

$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(oauth) $(diagnose) $(config) $(wire) $(base)
	$(call say,LINK,$@)
	$(Q)$(link_prog) -fsanitize=fuzzer $(addprefix -Wl$(comma)--wrap=,$(wraps)) $(crypto_libs)
$(B)/tests/fuzz/fuzz_decision $(B)/tests/fuzz/fuzz_map: $(B)/tests/fuzz/judge.o
$(B)/tests/fuzz/fuzz_listener: $(filter %/page.o %/http_request.o,$(loopback))
$(B)/tests/fuzz/fuzz_authenticate: $(module) $(client) $(addprefix $(B)/tests/fuzz/,judge.o files.o world.o helper.o pam_double.o plan.o)
$(B)/tests/fuzz/fuzz_authenticate: private wraps = $(fuzz_world)
$(B)/tests/fuzz/fuzz_config $(B)/tests/fuzz/fuzz_map $(B)/tests/fuzz/fuzz_stack: $(B)/tests/fuzz/files.o
$(B)/tests/fuzz/fuzz_config $(B)/tests/fuzz/fuzz_stack: private wraps = $(fuzz_files)
$(B)/tests/fuzz/fuzz_map: private wraps = $(fuzz_files) getpwnam_r getpwuid_r
$(B)/tests/fuzz/fuzz_stack: $(addprefix $(B)/pam_gcpkce/cli/stack/,stack.o stack_file.o stack_text.o control.o pam_result.o dispatch.o stack_eval.o ordinary.o) $(addprefix $(B)/pam_gcpkce/cli/,finding.o command.o)
$(fuzz_o): private extra_cflags = $(crypto_cflags)

fuzz-objects: $(fuzz_o)
fuzz-targets: $(fuzz_exe)

FUZZ_CC ?= clang
fuzz_flavour = B=build/fuzz CC=$(FUZZ_CC) SAN=address,undefined,fuzzer-no-link

fuzz-parts: ## build the fuzz targets, where clang has libFuzzer
	$(Q)mkdir -p build/fuzz
	$(Q)if echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		$(FUZZ_CC) -fsanitize=fuzzer,address -xc -o build/fuzz/probe - 2>/dev/null; \
	then $(MAKE) --no-print-directory $(fuzz_flavour) fuzz-targets; \
	else rm -rf build/fuzz/tests; echo '*** SKIPPED: no fuzz targets: $(FUZZ_CC) or its libFuzzer (libclang-rt-dev) is not here ***'; fi

# ---- musl: the product's objects alone, which are linked with nothing ----

product-objects: $(command_parts) $(path_o) $(helper) $(module) $(locale_o)

# The other libraries' headers are glibc's neighbours, so they come last.
musl_cc = musl-gcc -idirafter /usr/include -idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)
check-musl: ## compile the product with musl-gcc, where that is here
	$(Q)if command -v musl-gcc >/dev/null; \
	then $(MAKE) --no-print-directory B=build/musl CC='$(musl_cc)' WERROR=-Werror \
		crypto_cflags= curl_cflags= filter_cflags= product-objects; \
	else echo '*** SKIPPED: not compiled with musl: musl-gcc (musl-tools) is not here ***'; fi

# ---- checks ----

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
# build/release/RELEASE if nothing is said.
RELEASE     ?=
RELEASE_DIR ?=
check-release: ## make demo and make check in a tree of RELEASE=trixie, sid, ... (minutes, 2 GB)
	$(Q)tools/install-deps release
	$(Q)tools/check-release '$(RELEASE)' $(if $(RELEASE_DIR),'$(RELEASE_DIR)')

check-web: deps ## the pages in a real browser, and the examples in real web servers
	$(Q)tools/install-deps web
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') web

check-links: all ## the walls between the folders
	$(Q)tests/links.sh $(B)

load: deps ## 200 sign-ins at once, 2,000 one after the other, 1,000 that never end (minutes)
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)GCPKCE_LOAD=full $(PYTHON) tests/run.py --build $(B) --name test_load all

fuzz-smoke: fuzz-parts ## replay the fuzz targets' seeds, then a few seconds of each
	$(Q)$(PYTHON) tests/fuzz/run.py --build build/fuzz smoke

FUZZ_TIME    ?= 3600
FUZZ_TARGETS ?=
fuzz: deps ## fuzz for hours: FUZZ_TIME=SECONDS each, FUZZ_TARGETS="NAME ..."
	$(Q)$(MAKE) --no-print-directory fuzz-parts
	$(Q)$(PYTHON) tests/fuzz/run.py --build build/fuzz --time $(FUZZ_TIME) --targets '$(FUZZ_TARGETS)' long

check-deep: deps ## what ten minutes do not carry: sanitizers, valgrind, analysers, long runs
	$(Q)tools/install-deps deep
	$(Q)tools/check-deep $(T)

coverage: deps ## which lines and branches the tests reach; docs/COVERAGE.md
	$(Q)tools/install-deps deep
	$(Q)$(MAKE) --no-print-directory COVERAGE=1 B=build/coverage/objects CFLAGS='-O0 -g' test-parts unit-parts
	$(Q)tools/coverage build/coverage $(PYTHON)

bench: deps ## measure, and write docs/BENCH.md (FIGURE=3: show that one alone)
	$(Q)tools/install-deps bench
	$(Q)$(MAKE) --no-print-directory bench-parts
	$(Q)$(PYTHON) tests/bench/bench.py --build $(B) $(if $(FIGURE),--figure '$(FIGURE)')

# By a dry run of make, so that each file has the flags that it is built with.
compile_commands.json: FORCE ## for clangd and other tools that read C
	$(Q)$(MAKE) --no-print-directory --dry-run --always-make V=1 test-parts unit-parts bench-parts fuzz-objects | \
		$(PYTHON) tools/compile-commands $@

mutate: deps ## flip every condition of the decision, one by one: does a test notice?
	$(Q)$(PYTHON) tools/mutate

demo: deps ## one whole sign-in through PAM, against a stand-in for Genesys Cloud
	$(Q)$(MAKE) --no-print-directory test-parts
	$(Q)$(PYTHON) tools/demo --build $(B)

format: ## format the C sources
	$(Q)clang-format -i --style=file $(sources)
format-check: ## are the C sources formatted?
	$(Q)tools/pinned 14 clang-format --dry-run -Werror --style=file $(sources)

lint: ## -Werror under gcc and clang, cppcheck, shellcheck, man pages, headers alone
	$(Q)tools/install-deps bench
	$(Q)$(MAKE) --no-print-directory B=build/lint-gcc CC=gcc WERROR=-Werror test-parts unit-parts bench-parts
	$(Q)$(MAKE) --no-print-directory B=build/lint-clang CC=clang WERROR=-Werror test-parts unit-parts bench-parts fuzz-objects
	$(Q)for h in $(headers); do printf '#include "%s"\n' "$$h" | \
		$(CC) $(own_cppflags) -I. $(crypto_cflags) -std=c17 -Werror -fsyntax-only -xc - || exit 1; done
	$(Q)tools/pinned 2.10 cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -D_GNU_SOURCE -Iinclude -Ipam_gcpkce -DGCPKCE_HELPER='""' -DGCPKCE_LOCALE='""' -DGCPKCE_VERSION='""' pam_gcpkce
	$(Q)$(MAKE) --no-print-directory check-musl
	$(Q)shellcheck tools/install-deps tools/coverage tools/check-deep tools/enter-release tools/check-release tools/pinned tests/links.sh tests/bench/two-curls.sh .ci/run
	$(Q)mandoc -Tlint -Wwarning man/*.[158]
	@echo 'lint: clean'

# ---- texts that come from the table of keys, and hashes of the pages ----

texts: $(B)/tools/config-text $(B)/tools/completion po/pam_gcpkce.pot ## renew etc/pam_gcpkce.conf, the manual's list of keys, etc/completion, the hashes in etc/www, po/
	$(Q)$(PYTHON) tools/page-hashes
	$(Q)$(B)/tools/config-text example > etc/pam_gcpkce.conf
	$(Q)$(B)/tools/completion bash > etc/completion/gcpkce.bash
	$(Q)$(B)/tools/completion zsh > etc/completion/_gcpkce
	$(Q)$(B)/tools/completion fish > etc/completion/gcpkce.fish
	$(Q)$(B)/tools/config-text manual man/pam_gcpkce.conf.5 > $(B)/page && cp $(B)/page man/pam_gcpkce.conf.5
	$(Q)for po in $(wildcard po/*.po); do msgmerge --quiet --update --backup=off --no-fuzzy-matching "$$po" po/pam_gcpkce.pot; done

fault-table: test-parts ## renew docs/FAULTS.md from a run of the matrix of faults
	$(Q)GCPKCE_BUILD=$(abspath $(B)) $(PYTHON) -B tests/faults/matrix.py --page docs/FAULTS.md

transcripts: test-parts ## renew tests/login/transcripts from real terminals; needs root
	$(Q)GCPKCE_TRANSCRIPTS=renew GCPKCE_BUILD=$(abspath $(B)) $(PYTHON) -B -m pytest -q -p no:cacheprovider tests/login/test_transcripts.py

# ---- installing; never over an administrator's configuration ----

readme   := README.md LICENSE NEWS.md SECURITY.md CONTRIBUTING.md
docs     := $(wildcard docs/*.md)
pictures := $(wildcard docs/pictures/*)
examples := etc/pam_gcpkce.conf etc/pam_gcpkce.map $(wildcard etc/pam.d/* etc/sshd_config.d/*)
profiles := $(wildcard etc/pam-configs/*)
pages    := $(wildcard etc/www/*)

install: all ## install below $(DESTDIR)$(prefix)
	$(INSTALL) -d $(DESTDIR)$(pamdir) $(DESTDIR)$(libexecdir) $(DESTDIR)$(bindir) $(DESTDIR)$(sysconfdir)/security \
		$(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 $(DESTDIR)$(mandir)/man8 \
		$(DESTDIR)$(docdir)/docs/pictures $(DESTDIR)$(docdir)/examples/pam-configs $(DESTDIR)$(docdir)/examples/www \
		$(DESTDIR)$(sysusersdir) $(DESTDIR)$(tmpfilesdir) $(DESTDIR)$(bashcompdir) $(DESTDIR)$(zshcompdir) $(DESTDIR)$(fishcompdir)
	$(INSTALL) -m 0644 $(B)/pam_gcpkce.so $(DESTDIR)$(pamdir)/pam_gcpkce.so
	$(INSTALL) -m 0711 $(B)/gcpkce-helper $(DESTDIR)$(libexecdir)/gcpkce-helper
	$(INSTALL) -m 0755 $(B)/gcpkce $(DESTDIR)$(bindir)/gcpkce
	$(INSTALL) -m 0644 man/gcpkce.1 $(DESTDIR)$(mandir)/man1/gcpkce.1
	$(INSTALL) -m 0644 man/pam_gcpkce.conf.5 $(DESTDIR)$(mandir)/man5/pam_gcpkce.conf.5
	$(INSTALL) -m 0644 man/pam_gcpkce.8 man/gcpkce-helper.8 $(DESTDIR)$(mandir)/man8/
	$(INSTALL) -m 0644 etc/sysusers.d/pam_gcpkce.conf $(DESTDIR)$(sysusersdir)/pam_gcpkce.conf
	$(INSTALL) -m 0644 etc/tmpfiles.d/pam_gcpkce.conf $(DESTDIR)$(tmpfilesdir)/pam_gcpkce.conf
	$(INSTALL) -m 0644 etc/completion/gcpkce.bash $(DESTDIR)$(bashcompdir)/gcpkce
	$(INSTALL) -m 0644 etc/completion/_gcpkce $(DESTDIR)$(zshcompdir)/_gcpkce
	$(INSTALL) -m 0644 etc/completion/gcpkce.fish $(DESTDIR)$(fishcompdir)/gcpkce.fish
	$(INSTALL) -m 0644 $(readme) $(DESTDIR)$(docdir)/
	$(INSTALL) -m 0644 $(docs) $(DESTDIR)$(docdir)/docs/
	$(INSTALL) -m 0644 $(pictures) $(DESTDIR)$(docdir)/docs/pictures/
	$(INSTALL) -m 0644 $(examples) $(DESTDIR)$(docdir)/examples/
	$(INSTALL) -m 0644 $(profiles) $(DESTDIR)$(docdir)/examples/pam-configs/
	$(INSTALL) -m 0644 $(pages) $(DESTDIR)$(docdir)/examples/www/
	$(foreach c,$(catalogues),$(INSTALL) -D -m 0644 $c $(DESTDIR)$(localedir)/$(c:$(B)/locale/%=%)$(newline))
	test -e $(DESTDIR)$(sysconfdir)/security/pam_gcpkce.conf || \
		$(INSTALL) -m 0644 etc/pam_gcpkce.conf $(DESTDIR)$(sysconfdir)/security/pam_gcpkce.conf
	test -e $(DESTDIR)$(sysconfdir)/security/pam_gcpkce.map || \
		$(INSTALL) -m 0644 etc/pam_gcpkce.map $(DESTDIR)$(sysconfdir)/security/pam_gcpkce.map

uninstall: ## remove what install put there; the configuration stays
	rm -f $(DESTDIR)$(pamdir)/pam_gcpkce.so $(DESTDIR)$(libexecdir)/gcpkce-helper $(DESTDIR)$(bindir)/gcpkce \
		$(DESTDIR)$(mandir)/man1/gcpkce.1 $(DESTDIR)$(mandir)/man5/pam_gcpkce.conf.5 \
		$(DESTDIR)$(mandir)/man8/pam_gcpkce.8 $(DESTDIR)$(mandir)/man8/gcpkce-helper.8 \
		$(DESTDIR)$(sysusersdir)/pam_gcpkce.conf $(DESTDIR)$(tmpfilesdir)/pam_gcpkce.conf \
		$(DESTDIR)$(bashcompdir)/gcpkce $(DESTDIR)$(zshcompdir)/_gcpkce $(DESTDIR)$(fishcompdir)/gcpkce.fish
	rm -f $(patsubst %,$(DESTDIR)$(localedir)/%/LC_MESSAGES/pam_gcpkce.mo,$(languages))
	rm -f $(addprefix $(DESTDIR)$(docdir)/,$(readme) $(docs) $(pictures) $(addprefix examples/,$(notdir $(examples))) \
		$(addprefix examples/pam-configs/,$(notdir $(profiles))) $(addprefix examples/www/,$(notdir $(pages))))
	-rmdir $(addprefix $(DESTDIR)$(docdir)/,docs/pictures docs examples/pam-configs examples/www examples) $(DESTDIR)$(docdir) 2>/dev/null
	@echo 'Mind: a stack that still names pam_gcpkce.so locks people out.'

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

.PHONY: all catalogues transcripts test-parts unit-parts bench-parts bench deps check check-built quick check-links mutate demo format format-check lint texts fault-table load fuzz-parts fuzz-objects fuzz-targets fuzz-smoke fuzz coverage check-deep check-web check-release \
	install uninstall clean help FORCE

-include $(patsubst %.o,%.d,$(command_parts) $(helper) $(module) $(path_o) $(locale_o))
-include $(wildcard $(B)/tests/*/*.d $(B)/tools/*.d)
