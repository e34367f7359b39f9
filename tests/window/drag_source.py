"""A small window from which files are dragged: its title and the files' paths are the arguments."""
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk


def main() -> None:
    title, paths = sys.argv[1], sys.argv[2:]
    uris = [GLib.filename_to_uri(path, None) for path in paths]
    window = Gtk.Window(title=title)
    window.set_default_size(160, 100)
    button = Gtk.Button(label=f"{len(uris)} to drag")
    button.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    button.drag_source_add_uri_targets()
    button.connect("drag-data-get", lambda _button, _context, data, _info, _time: data.set_uris(uris))
    window.add(button)
    window.connect("destroy", Gtk.main_quit)
    # It can be placed by the window manager once it is mapped.
    window.connect("map-event", lambda *_: print("drawn", flush=True))
    window.show_all()
    Gtk.main()


main()
