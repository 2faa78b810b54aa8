# What tests run: the product's objects, but for the paths of helper and
# catalogues, and programs beside them.  SPDX-License-Identifier: ISC

# Counters are written also where a process ends without running destructors.
flush_o := $(if $(COVERAGE),$(B)/tests/lib/flush.o)
flush   := $(if $(COVERAGE),$(flush_o) $(addprefix -Wl$(comma)--wrap=,_exit syscall setrlimit64 result_pam))
$(B)/pam_gcpkce.so: | $(flush_o)

# ---- the product, with a helper of the build or of a test ----

path_objects := $(B)/tests/helper_path.o $(B)/tests/scripted_path.o $(B)/tests/leaping_path.o \
	$(B)/tests/trial_path.o $(B)/tests/failure/helper_path.o
$(path_objects): pam_gcpkce/helper_client/helper_path.c $(B)/flags
	$(compile)
$(path_objects): private target_cflags = -DGCPKCE_HELPER='"$(abspath $(B))/$(helper_program)"'
$(B)/tests/helper_path.o: private helper_program = gcpkce-helper
$(B)/tests/scripted_path.o: private helper_program = tests/scripted-helper
$(B)/tests/leaping_path.o: private helper_program = tests/leaping-helper
$(B)/tests/trial_path.o: private helper_program = tests/trial-helper
$(B)/tests/failure/helper_path.o: private helper_program = tests/failure/gcpkce-helper
$(B)/tests/locale_path.o: pam_gcpkce/module/locale_path.c $(B)/flags
	$(compile)
$(B)/tests/locale_path.o: private target_cflags = -DGCPKCE_LOCALE='"$(abspath $(B))/locale"'

$(B)/tests/pam_gcpkce.so: $(B)/tests/helper_path.o
$(B)/tests/pam_gcpkce_scripted.so: $(B)/tests/scripted_path.o
$(B)/tests/pam_gcpkce_leaping.so: $(B)/tests/leaping_path.o
$(addprefix $(B)/tests/pam_gcpkce,.so _scripted.so _leaping.so): $(B)/tests/pam_gcpkce%.so: $(module_parts) \
		$(B)/tests/locale_path.o pam_gcpkce/module/pam_gcpkce.map | $(flush_o)
	$(shared)
$(B)/tests/gcpkce: $(command_parts) $(B)/tests/helper_path.o
$(B)/tests/gcpkce-trial: $(command_parts) $(B)/tests/trial_path.o
$(B)/tests/failure/gcpkce: $(command_parts) $(B)/tests/failure/helper_path.o
commands := $(B)/tests/gcpkce $(B)/tests/gcpkce-trial $(B)/tests/failure/gcpkce
$(commands): private target_libs = $(crypto_libs)
$(B)/tests/trial-helper: $(B)/tests/lib/trial.o $(B)/tests/lib/ways.o $(helper_parts)
$(B)/tests/trial-helper: private target_libs = -Wl,--wrap=exchange_run $(crypto_libs) $(seccomp_libs)
$(B)/tests/leaping-helper: $(helper_parts) $(B)/tests/failure/leaping_clock.o
$(B)/tests/leaping-helper: private target_libs = -rdynamic $(crypto_libs) $(seccomp_libs)
$(B)/tests/scripted-helper: $(B)/tests/module/scripted_helper.o $(B)/tests/module/faulty_frames.o $(wire) $(base)
helpers := $(addprefix $(B)/tests/,trial-helper leaping-helper scripted-helper)

# ---- tests in C ----

unit        := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
failing     := $(patsubst tests/failure/%.c,$(B)/tests/failure/%,$(sort $(wildcard tests/failure/test_*.c)))
in_module   := $(patsubst tests/module/%.c,$(B)/tests/module/%,$(sort $(wildcard tests/module/test_*.c)))
module_host := $(patsubst %,$(B)/tests/module/%.o,host surroundings accounts journal apart own_run)

# cmocka 2 has other names for what cmocka 1 has.
cmocka_cflags = -I. $(lib_cflags) -Wno-deprecated-declarations -DBUILD='"$(abspath $(B))"' -DSOURCE='"$(CURDIR)"'
$(addsuffix .o,$(failing) $(unit) $(in_module)) $(module_host): private target_cflags = $(cmocka_cflags)

$(unit): $(B)/tests/unit/%: $(B)/tests/unit/%.o $(oauth) $(diagnose) $(client) $(config) $(wire) $(base) \
		$(B)/tests/helper_path.o
	$(program)
$(unit) $(failing): | $(flush_o)
$(unit): private target_libs = $(flush) $(test_libs) $(crypto_libs) -lcmocka
uses_helper := $(addprefix $(B)/tests/unit/,test_sandbox test_loopback_server test_conn)
$(uses_helper): $(filter-out %/main.o,$(helper))
$(uses_helper) $(B)/tests/unit/test_helper_child: private test_libs = $(seccomp_libs)
# It wraps a call itself that the counting build wraps.
$(B)/tests/unit/test_seccomp: private flush =
$(B)/tests/unit/test_seccomp: private test_libs = -Wl,--wrap=syscall $(seccomp_libs)
$(B)/tests/unit/test_seccomp: $(addprefix $(B)/pam_gcpkce/helper/sandbox/,syscalls.o seccomp.o)
$(addprefix $(B)/tests/unit/,test_jws test_jwks test_claims): $(B)/tests/lib/signer.o
$(B)/tests/unit/test_jwks: private test_libs = -Wl,--wrap=EVP_PKEY_public_check,--wrap=EVP_DigestVerify
$(addprefix $(B)/tests/unit/test_,greetd message settings conversation): $(B)/tests/unit/test_%: $(B)/pam_gcpkce/greeter/%.o
$(B)/tests/unit/test_conversation: $(B)/pam_gcpkce/greeter/message.o
$(addprefix $(B)/tests/unit/test_,message conversation): $(B)/pam_gcpkce/config/region.o
$(B)/tests/unit/test_settings.o: private target_cflags = $(cmocka_cflags) -DGCPKCE_VIEW='"$(bindir)/gcpkce-view"'
$(B)/tests/unit/test_result: $(B)/pam_gcpkce/module/result.o
$(B)/tests/unit/test_template: $(B)/pam_gcpkce/module/template.o
$(B)/tests/unit/test_web_rules: $(addprefix $(B)/pam_gcpkce/greeter/,web_rules.o web_options.o environment.o)
$(B)/tests/unit/test_config_example: $(B)/tools/config_example.o
$(B)/tests/unit/test_page $(B)/tests/unit/test_http_request: $(filter %/page.o %/http_request.o,$(loopback))
$(B)/tests/unit/test_helper_proc $(B)/tests/unit/test_remembered: $(B)/tests/module/own_run.o

$(in_module): $(B)/tests/module/%: $(B)/tests/module/%.o $(module_host) $(config) $(wire) $(base)
$(in_module): private target_libs = -rdynamic -lpam -lcmocka

$(B)/tests/id-token-verdict: $(B)/tests/lib/id_token_verdict.o $(oauth) $(wire) $(base)
$(B)/tests/id-token-verdict: private target_libs = $(crypto_libs)

# ---- applications, modules and a resolver that tests bring ----

$(B)/tests/without: $(B)/tests/lib/without.o
$(B)/tests/without: private target_libs = $(seccomp_libs)
$(B)/tests/inject-host: $(B)/tests/lib/inject_host.o
$(B)/tests/inject-host: private target_libs = -lpam
$(B)/tests/pam-session: $(B)/tests/lib/pam_session.o $(B)/tests/lib/no_delay.o
$(B)/tests/pam-session: private target_libs = -lpam -lpam_misc
$(B)/tests/pam-greeter: $(B)/tests/lib/pam_greeter.o $(B)/tests/lib/no_delay.o
$(B)/tests/pam-greeter: private target_libs = -lpam
$(B)/tests/fault-host: $(B)/tests/failure/fault_host.o $(B)/tests/module/own_run.o
$(B)/tests/leaping-host: $(B)/tests/failure/fault_host.o $(B)/tests/module/own_run.o $(B)/tests/failure/leaping_clock.o
$(B)/tests/fault-host $(B)/tests/leaping-host: private target_libs = -rdynamic -lpam
applications := $(addprefix $(B)/tests/,inject-host pam-session pam-greeter fault-host leaping-host)
$(addprefix $(B)/tests/lib/,trial.o ways.o without.o signer.o id_token_verdict.o): private target_cflags = -I. $(lib_cflags)

define plugin
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(plugin_cflags) $(CFLAGS) $(LDFLAGS) -o $@ $^
endef
$(B)/tests/libnss_resolve.so.2: $(B)/tests/lib/nss_resolve.o
	$(plugin)
$(B)/tests/libnss_directory.so.2: $(B)/tests/system/nss_directory.o
	$(plugin)
# A provider for the tests of a FIPS host.
$(B)/tests/fips_like.so: $(B)/tests/lib/fips_like.o
	$(plugin)
# Modules that answer what the test wants, ask for a password, or let no application wait.
modules := $(addprefix $(B)/tests/pam_,inject.so password.so no_delay.so)
$(modules): $(B)/tests/%.so: $(B)/tests/lib/%.o
	$(plugin)
$(B)/tests/pam_no_delay.so: $(B)/tests/lib/no_delay.o
$(modules): private plugin_cflags = $(sanitize) $(count)

# Locales of the tests' own: in C.UTF-8, newer releases of glibc ask no catalogue.
locales := $(patsubst /usr/share/i18n/locales/%,$(B)/tests/locale/%.UTF-8/LC_CTYPE,$(if $(shell command -v localedef),\
	$(wildcard $(addprefix /usr/share/i18n/locales/,en_US de_DE))))
$(locales): $(B)/tests/locale/%.UTF-8/LC_CTYPE:
	@mkdir -p $(B)/tests/locale
	$(call say,LOCALE,$*.UTF-8)
	$(Q)localedef --no-archive -i $* -f UTF-8 $(@D)

# ---- the same with faults: calls of our objects, not of libraries, fail ----

injected := malloc calloc free mmap64 munmap opendir fdopendir closedir scandirat64 \
	json_tokener_new_ex dlopen dlsym \
	fstat64 read write recv send readlinkat poll socket socketpair pipe2 _Fork getrandom mkdirat unlinkat \
	fchmod fchown open64 openat64 __openat64_2 fcntl64
inject_o := $(B)/tests/failure/inject.o
# One page for one build: the helper has no argument that could name it.
page     := /dev/shm/gcpkce-inject-$(shell printf '%s' '$(abspath $(B))' | cksum | cut -d' ' -f1)
$(B)/tests/failure/inject_page.o: private target_cflags = -DINJECT_PAGE='"$(page)"'

# These are linked together first, so that only our own calls are wrapped.
$(B)/tests/failure/module.o: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/scripted_path.o $(inject_o)
$(B)/tests/failure/parts.o: $(B)/tests/failure/test_part_sweep.o $(oauth) $(diagnose) $(client) $(config) \
		$(wire) $(base) $(B)/tests/helper_path.o $(inject_o)
$(B)/tests/failure/helper.o: $(helper_parts) $(B)/tests/failure/inject_page.o $(inject_o)
$(addprefix $(B)/tests/failure/,module.o parts.o helper.o):
	$(Q)$(LD) -r $(addprefix --wrap=,$(injected)) -o $@ $^

$(B)/tests/failure/tests/pam_gcpkce_scripted.so: $(B)/tests/failure/module.o pam_gcpkce/module/pam_gcpkce.map \
		| $(flush_o)
	$(shared)
$(B)/tests/failure/tests/pam_gcpkce_scripted.so: private no_undefined =
$(B)/tests/failure/host.o: tests/module/host.c $(B)/flags
	$(compile)
$(B)/tests/failure/host.o: private target_cflags = -DBUILD='"$(abspath $(B))/tests/failure"'
$(B)/tests/failure/test_signin_sweep: $(B)/tests/failure/test_signin_sweep.o $(B)/tests/failure/host.o \
		$(filter-out %/host.o,$(module_host)) $(config) $(wire) $(base)
$(B)/tests/failure/test_signin_sweep: private target_libs = -rdynamic -lpam -lcmocka
$(B)/tests/failure/test_part_sweep: $(B)/tests/failure/parts.o $(B)/tests/lib/signer.o
$(B)/tests/failure/test_part_sweep: private target_libs = $(flush) $(crypto_libs) -lcmocka
$(B)/tests/failure/gcpkce-helper: $(B)/tests/failure/helper.o
$(B)/tests/failure/gcpkce-helper: private target_libs = $(crypto_libs) $(seccomp_libs)

# ---- the tools that write texts ----

$(B)/tools/config-text: $(B)/tools/config_text.o $(B)/tools/config_example.o $(config) $(wire) $(base)
$(B)/tools/completion: $(B)/tools/completion.o
$(B)/tools/completion.o: private target_cflags = -I. $(crypto_cflags)
text_tools := $(B)/tools/config-text $(B)/tools/completion

$(commands) $(helpers) $(in_module) $(failing) $(applications) $(text_tools) \
		$(B)/tests/without $(B)/tests/id-token-verdict $(B)/tests/failure/gcpkce-helper:
	$(program)

# ---- all of it ----

signin_parts := $(commands) $(applications) $(modules) $(addprefix $(B)/tests/,pam_gcpkce.so pam_gcpkce_leaping.so \
	trial-helper leaping-helper without id-token-verdict libnss_resolve.so.2 libnss_directory.so.2 fips_like.so failure/gcpkce-helper)
.PHONY: test-parts unit-parts
test-parts: all $(signin_parts) $(locales) ## build what whole sign-ins in tests run
unit-parts: $(unit) $(in_module) $(failing) $(B)/tests/failure/tests/pam_gcpkce_scripted.so \
	$(B)/tests/pam_gcpkce_scripted.so $(B)/tests/scripted-helper $(text_tools) $(locales)
