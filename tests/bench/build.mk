# What the bench runs; tests/bench/traced.c says what gives way.  SPDX-License-Identifier: ISC

bench  := $(B)/tests/bench
# In a private /run, so that one build serves every directory.
traced := /run/gcpkce-bench
# The comparison alone has libcurl and OpenSSL in the host.
curl_libs   := $(shell $(PKG_CONFIG) --libs libcurl 2>/dev/null)
bench_wraps := $(addprefix -Wl$(comma)--wrap=,setrlimit64 syscall sandbox_begin fork)

peers := $(addprefix $(bench)/,relay fast_server floor host tracer)
$(peers): $(bench)/%: $(bench)/%.o
$(peers): private target_libs = -lpam -lssl -lcrypto
$(bench)/host: $(B)/tests/lib/no_delay.o
$(bench)/decisions: $(bench)/decisions.o $(config) $(wire) $(base)
$(bench)/helper-traced: $(helper_parts) $(bench)/traced.o
$(bench)/helper-traced: private target_libs = $(bench_wraps) $(crypto_libs) $(seccomp_libs)
$(peers) $(bench)/decisions $(bench)/helper-traced:
	$(program)
$(bench)/pam_gcpkce_traced.so: $(module_parts) $(B)/tests/locale_path.o $(B)/tests/helper_path.o $(bench)/traced.o
	$(shared)
$(bench)/pam_gcpkce_traced.so: private target_libs = $(bench_wraps)
$(bench)/pam_compare.so: $(bench)/compare.o
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(own_ldflags) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpam $(curl_libs) -lcrypto
$(bench)/traced.o $(bench)/tracer.o: private target_cflags = -DPLACE='"$(traced)"' -DTRACER='"$(traced)/tracer"'
$(bench)/compare.o: private target_cflags = $(curl_cflags)

.PHONY: bench-parts bench
bench-parts: test-parts $(peers) $(addprefix $(bench)/,decisions pam_compare.so pam_gcpkce_traced.so helper-traced)

bench: deps ## measure, and write docs/BENCH.md (FIGURE=3: show that one alone)
	$(Q)tools/install-deps bench
	$(Q)$(MAKE) --no-print-directory bench-parts
	$(Q)$(PYTHON) tests/bench/bench.py --build $(B) $(if $(FIGURE),--figure '$(FIGURE)')
