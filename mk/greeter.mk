# The programs of login screens, which need GTK and WebKit: "make greeter".
# "make install" installs those that were built.  SPDX-License-Identifier: ISC

gtk_cflags    := $(shell $(PKG_CONFIG) --cflags gtk4 2>/dev/null)
gtk_libs      := $(shell $(PKG_CONFIG) --libs gtk4 2>/dev/null)
webkit_cflags := $(shell $(PKG_CONFIG) --cflags webkitgtk-6.0 2>/dev/null)
webkit_libs   := $(shell $(PKG_CONFIG) --libs webkitgtk-6.0 2>/dev/null)

lightdm_cflags := $(shell $(PKG_CONFIG) --cflags liblightdm-gobject-1 x11 2>/dev/null)
lightdm_libs   := $(shell $(PKG_CONFIG) --libs liblightdm-gobject-1 x11 2>/dev/null)

in_greeter := $(call objects,greeter)
view       := $(filter %/view.o $(B)/pam_gcpkce/greeter/web_%,$(in_greeter))
looks      := $(addprefix $(B)/pam_gcpkce/greeter/,environment.o fullscreen.o keys.o style.o texts.o widgets.o)
greeter    := $(filter-out $(view),$(in_greeter)) $(addprefix $(B)/pam_gcpkce/,config/lines.o config/region.o config/safefile.o \
	oauth/json.o oauth/json_scan.o)
greeter_programs := $(B)/gcpkce-view $(B)/gcpkce-greeter
greeter_built     = $(wildcard $(greeter_programs))

.PHONY: greeter check-greeter
greeter: $(greeter_programs) ## build gcpkce-view and gcpkce-greeter; need GTK 4, WebKitGTK 6.0 and LightDM's library

# The libraries' headers are not held to our warnings.  Functions are those of GTK
# 4.8, also where a later one deprecates them.
$(in_greeter): private target_cflags = -DGCPKCE_LOCALE='"$(localedir)"' -DGCPKCE_VIEW='"$(bindir)/gcpkce-view"' \
	-DGCPKCE_GREETER_CONF='"$(sysconfdir)/gcpkce-greeter.conf"' -DGDK_VERSION_MIN_REQUIRED=GDK_VERSION_4_8 \
	$(patsubst -I%,-isystem%,$(gtk_cflags) $(webkit_cflags) $(lightdm_cflags) $(crypto_cflags))
$(in_greeter): $(B)/paths
$(B)/gcpkce-view: $(view) $(looks) $(base)
$(B)/gcpkce-view: private target_libs = $(webkit_libs) $(lightdm_libs) $(gtk_libs)
$(B)/gcpkce-greeter: $(greeter) $(base)
$(B)/gcpkce-greeter: private target_libs = $(lightdm_libs) $(gtk_libs) $(crypto_libs)
$(greeter_programs):
	$(program)

check-greeter: deps ## the login screen's programs on a screen of their own (as root)
	$(Q)tools/install-deps greeter
	$(Q)$(MAKE) --no-print-directory greeter test-parts
	$(Q)$(PYTHON) tests/run.py --build $(B) $(if $(T),--name '$(T)') greeter
