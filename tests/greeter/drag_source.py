#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A small window, from which a text is dragged: drag_source.py TEXT

It offers the text as a list of addresses, which is also how files are dragged.
"""

import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402


def main():
    Gtk.init()
    window = Gtk.Window(title="Another program", default_width=300, default_height=200, decorated=False)
    source = Gtk.DragSource(content=Gdk.ContentProvider.new_union([
        Gdk.ContentProvider.new_for_bytes(kind, GLib.Bytes.new(f"{sys.argv[1]}\r\n".encode()))
        for kind in ("text/uri-list", "text/plain;charset=utf-8")]))
    window.set_child(Gtk.Label(label="drag me", vexpand=True))
    window.get_child().add_controller(source)
    window.present()
    GLib.MainLoop().run()


main()
