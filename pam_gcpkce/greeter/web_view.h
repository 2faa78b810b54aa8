/* SPDX-License-Identifier: ISC */
/* WebKit's widget without anything that opens, asks, stores or remembers. */
#ifndef GCPKCE_GREETER_WEB_VIEW_H
#define GCPKCE_GREETER_WEB_VIEW_H

#include <webkit/webkit.h>

#include "web_options.h"

/* Make it; content has the filter, and the caller judges where it goes. */
GtkWidget *web_view_new(
    const struct web_options *options, WebKitUserContentManager *content);

#endif
