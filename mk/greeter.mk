# The programs of login screens, which need GTK and WebKit: "make greeter".
# "make install" installs those that were built.  SPDX-License-Identifier: ISC

gtk_cflags    := $(shell $(PKG_CONFIG) --cflags gtk4 2>/dev/null)
gtk_libs      := $(shell $(PKG_CONFIG) --libs gtk4 2>/dev/null)
webkit_cflags := $(shell $(PKG_CONFIG) --cflags webkitgtk-6.0 2>/dev/null)
webkit_libs   := $(shell $(PKG_CONFIG) --libs webkitgtk-6.0 2>/dev/null)

view := $(call objects,greeter)
greeter_programs := $(B)/gcpkce-view
greeter_built     = $(wildcard $(greeter_programs))

.PHONY: greeter check-greeter
greeter: $(greeter_programs) ## build gcpkce-view; needs GTK 4 and WebKitGTK 6.0

# The libraries' headers are not held to our warnings.
$(view): private target_cflags = -DGCPKCE_LOCALE='"$(localedir)"' \
	$(patsubst -I%,-isystem%,$(gtk_cflags) $(webkit_cflags))
$(view): $(B)/paths
$(B)/gcpkce-view: $(view) $(base)
$(B)/gcpkce-view: private target_libs = $(webkit_libs) $(gtk_libs)
$(greeter_programs):
	$(program)

check-greeter: deps ## the login screen's programs on a screen of their own (as root)
	$(Q)tools/install-deps greeter
	$(Q)$(MAKE) --no-print-directory greeter test-parts
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') greeter
