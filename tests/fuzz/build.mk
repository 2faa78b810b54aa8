# Fuzz targets, by clang's libFuzzer, in a flavour of their own.  SPDX-License-Identifier: ISC

fuzz_exe := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz_o   := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/fuzz/*.c)))

# Which functions of libc a target puts its own before.
fuzz_files := open64 openat64 scandirat64 fstat64 geteuid
fuzz_world := $(fuzz_files) malloc calloc mmap64 munmap clock_gettime getrandom gethostname \
	getpwnam_r getpwuid_r getgrnam_r getgrouplist \
	read write socket connect socketpair pipe2 poll send recv _Fork syscall kill waitpid

$(fuzz_exe): $(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(oauth) $(diagnose) $(config) $(wire) $(base)
	$(program)
$(fuzz_exe): private target_libs = -fsanitize=fuzzer $(addprefix -Wl$(comma)--wrap=,$(fuzz_wraps)) $(crypto_libs)
$(fuzz_o): private target_cflags = $(crypto_cflags)
$(B)/tests/fuzz/fuzz_decision $(B)/tests/fuzz/fuzz_map $(B)/tests/fuzz/fuzz_remembered: $(B)/tests/fuzz/judge.o
$(B)/tests/fuzz/fuzz_decision $(B)/tests/fuzz/fuzz_remembered: $(B)/tests/fuzz/setting.o
$(B)/tests/fuzz/fuzz_remembered: $(B)/pam_gcpkce/module/remember.o
$(B)/tests/fuzz/fuzz_remembered: private fuzz_wraps = clock_boot_s rundir_open_dir rundir_file_read
$(B)/tests/fuzz/fuzz_listener: $(filter %/page.o %/http_request.o,$(loopback))
$(B)/tests/fuzz/fuzz_greetd: $(addprefix $(B)/pam_gcpkce/,greeter/greetd.o greeter/message.o config/region.o)
$(B)/tests/fuzz/fuzz_authenticate: $(module) $(client) \
	$(addprefix $(B)/tests/fuzz/,judge.o files.o world.o helper.o pam_double.o plan.o)
$(B)/tests/fuzz/fuzz_authenticate: private fuzz_wraps = $(fuzz_world)
$(B)/tests/fuzz/fuzz_config $(B)/tests/fuzz/fuzz_map $(B)/tests/fuzz/fuzz_stack: $(B)/tests/fuzz/files.o
$(B)/tests/fuzz/fuzz_config $(B)/tests/fuzz/fuzz_stack: private fuzz_wraps = $(fuzz_files)
$(B)/tests/fuzz/fuzz_map: private fuzz_wraps = $(fuzz_files) getpwnam_r getpwuid_r
$(B)/tests/fuzz/fuzz_stack: $(addprefix $(B)/pam_gcpkce/cli/stack/,stack.o stack_file.o stack_line.o stack_text.o control.o \
	dispatch.o stack_answers.o stack_eval.o ordinary.o) $(addprefix $(B)/pam_gcpkce/cli/,finding.o command.o)

$(B)/tests/fuzz/fuzz_claims: private fuzz_wraps = crypto_rs256_verify

FUZZ_CC ?= clang
fuzz_flavour = B=build/fuzz CC=$(FUZZ_CC) SAN=address,undefined,fuzzer-no-link

.PHONY: fuzz-objects fuzz-targets fuzz-parts fuzz-smoke fuzz
fuzz-objects: $(fuzz_o)
fuzz-targets: $(fuzz_exe)

fuzz-parts: ## build the fuzz targets, where clang has libFuzzer
	$(Q)mkdir -p build/fuzz
	$(Q)if echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		$(FUZZ_CC) -fsanitize=fuzzer,address -xc -o build/fuzz/probe - 2>/dev/null; \
	then $(MAKE) --no-print-directory $(fuzz_flavour) fuzz-targets; \
	else rm -rf build/fuzz/tests; \
		echo '*** SKIPPED: no fuzz targets: $(FUZZ_CC) or its libFuzzer (libclang-rt-dev) is not here ***'; fi

fuzz-smoke: fuzz-parts ## replay the fuzz targets' seeds, then a few seconds of each
	$(Q)$(PYTHON) tests/fuzz/run.py --build build/fuzz smoke

FUZZ_TIME ?= 3600
fuzz: deps ## fuzz for hours: FUZZ_TIME=SECONDS each, FUZZ_TARGETS="NAME ..."
	$(Q)$(MAKE) --no-print-directory fuzz-parts
	$(Q)$(PYTHON) tests/fuzz/run.py --build build/fuzz --time $(FUZZ_TIME) --targets '$(FUZZ_TARGETS)' long
