# SPDX-License-Identifier: ISC
"""A screen with a keyboard and a mouse, and no window manager: Xvfb and xdotool."""

import os
import re
import subprocess

import Xlib.display
import Xlib.protocol.event
import Xlib.X
from waiting import PATIENCE, wait_until

NUMBER = 70
SIZE = (1280, 800)

# of browsers, toolkits and desktops: all open something somewhere
KEYS = ["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "ctrl+shift+i", "ctrl+shift+d", "ctrl+shift+j",
        "ctrl+shift+c", "ctrl+u", "ctrl+p", "ctrl+s", "ctrl+o", "ctrl+n", "ctrl+t", "ctrl+w", "ctrl+q",
        "ctrl+l", "ctrl+f", "ctrl+h", "ctrl+d", "ctrl+shift+n", "ctrl+shift+t", "ctrl+alt+t", "alt+Left",
        "alt+Right", "alt+Home", "alt+F2", "alt+F4", "super", "Menu", "shift+F10", "Print", "ctrl+Tab",
        "ctrl+Page_Down", "ctrl+plus", "ctrl+minus", "XF86HomePage", "XF86Search", "XF86Back", "XF86Mail"]


class Screen:
    """One X server; shots is the directory of its pictures."""

    def __init__(self, shots, number=NUMBER, size=SIZE):
        self.name = f":{number}"
        self.shots = shots
        self.environment = {"PATH": "/usr/bin:/bin", "DISPLAY": self.name}
        os.makedirs("/tmp/.X11-unix", mode=0o1777, exist_ok=True)
        self._server = subprocess.Popen(
            ["Xvfb", self.name, "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp", "-ac", "-noreset"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until(lambda: os.path.exists(f"/tmp/.X11-unix/X{number}")), "no X server"

    def close(self):
        self._server.terminate()
        self._server.wait(PATIENCE)

    def run(self, *argv, **more):
        """Run a program on the screen; gives what it printed."""
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True,
                              timeout=PATIENCE, check=False, **more)
        assert done.returncode == 0, (argv, done.stderr)
        return done.stdout

    def keys(self, *names):
        """Press keys, one after the other: "Tab", "ctrl+p"."""
        self.run("xdotool", "key", "--clearmodifiers", *names)

    def type(self, text):
        self.run("xdotool", "type", "--delay", "20", text)

    def click(self, x, y, button=1):
        self.run("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def drag(self, start, end):
        """Press at a place, move in steps, and let go at another."""
        steps = [[start[i] + (end[i] - start[i]) * n // 10 for i in (0, 1)] for n in range(1, 11)]
        moves = [word for x, y in steps for word in ("mousemove", str(x), str(y), "sleep", "0.05")]
        self.run("xdotool", "mousemove", str(start[0]), str(start[1]), "mousedown", "1",
                 *moves, "sleep", "0.3", "mouseup", "1")

    def close_window(self, name):
        """Ask a window to close, as a window manager does.  One that another client destroys,
        as xdotool does, ends its program by an error of X."""
        number = int(self.run("xdotool", "search", "--onlyvisible", "--name", name))
        server = Xlib.display.Display(self.name)
        window = server.create_resource_object("window", number)
        window.send_event(Xlib.protocol.event.ClientMessage(
            window=window, client_type=server.intern_atom("WM_PROTOCOLS"),
            data=(32, [server.intern_atom("WM_DELETE_WINDOW"), Xlib.X.CurrentTime, 0, 0, 0])))
        server.sync()  # it drops what it has not read of a connection that ends
        server.close()

    def windows(self):
        """The names of the windows that are shown, sorted."""
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "."],
                               env=self.environment, capture_output=True, text=True, check=False)
        # 1 is also the status where no window is found, and then there is no error
        assert found.returncode == 0 or (found.returncode, found.stderr) == (1, ""), found
        return sorted(self.run("xdotool", "getwindowname", number).strip()
                      for number in found.stdout.split())

    def shot(self, name):
        """Photograph the screen; gives the picture's path."""
        os.makedirs(self.shots, exist_ok=True)
        path = os.path.join(self.shots, f"{name}.png")
        self.run("import", "-window", "root", path)
        return path

    def colour(self, x, y):
        """The colour of a pixel, as "RRGGBB"."""
        text = self.run("import", "-window", "root", "-crop", f"1x1+{x}+{y}", "-depth", "8", "txt:-")
        return re.search(r"#([0-9A-F]{6})", text)[1]
