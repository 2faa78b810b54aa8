# SPDX-License-Identifier: ISC
"""Real web servers with the example configurations, in a directory of ours.

An example is taken as it is, but for what belongs to a machine: names, ports
and paths.  Each of these must be in it, so that an example that changes is
noticed here.
"""

import os
import shutil
import socket
import subprocess
import time

from ports import free_port
from webhost import WWW

PATIENCE = 60  # seconds
SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"
# Some of them are built in, here or there.
APACHE_MODULES = ("mpm_event", "unixd", "log_config", "authz_core", "mime",
                  "alias", "headers", "ssl")
APACHE_DIRECTORIES = ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules",
                  "/usr/lib/apache2")
NOBODY = "65534"


class Server:
    """One web server; .port is where it serves, .logs all that it wrote."""

    program = example = None

    def __init__(self, directory, authority):
        self.directory = directory
        self.certificate, self.key = authority.certificate()
        self.port = free_port()
        os.chmod(directory, 0o755)
        self.pages = os.path.join(directory, "pages")
        shutil.copytree(WWW, self.pages)
        self.logs = os.path.join(directory, "logs")
        os.mkdir(self.logs)
        self.write("server.conf", self.wrapped(self.adapted()))
        with open(os.path.join(self.logs, "output"), "wb") as output:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, cwd=directory,
                env={"PATH": SBIN, "HOME": directory, "XDG_DATA_HOME": directory,
                     "XDG_CONFIG_HOME": directory})
        self._wait_for_port()

    @classmethod
    def find(cls):
        """The program's path, or None."""
        return shutil.which(cls.program, path=SBIN)

    def changes(self):
        """What of the example belongs to a machine: (theirs, ours)."""
        return [("/srv/www/signin", self.pages),
                ("/etc/ssl/signin.example.com.crt", self.certificate),
                ("/etc/ssl/signin.example.com.key", self.key)]

    def adapted(self):
        with open(os.path.join(WWW, self.example), encoding="utf-8") as file:
            text = file.read()
        comments, text = text.split("\n\n", 1)
        for theirs, ours in self.changes():
            assert theirs in text, f"{self.example} has no {theirs}"
            text = text.replace(theirs, ours)
        assert "/srv/" not in text and "/var/" not in text
        return comments + "\n\n" + text

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def written(self):
        """All that the server has logged, wherever."""
        found = []
        for place, _, names in os.walk(self.logs):
            for name in names:
                with open(os.path.join(place, name), encoding="utf-8",
                          errors="replace") as file:
                    found.append(file.read())
        return "\n".join(found)

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def _wait_for_port(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise AssertionError(
                        f"{self.program} did not start:\n{self.written()}"
                    ) from None
                time.sleep(0.02)


class Nginx(Server):
    """nginx; the example is one of its conf.d."""

    program, example = "nginx", "nginx.conf"

    def changes(self):
        return [*super().changes(),
                ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                ("\tlisten [::]:443 ssl;\n", ""),
                ("/var/log/nginx", self.logs)]

    def wrapped(self, example):
        user = "user root;\n" if os.geteuid() == 0 else ""
        places = "".join(
            f"{kind}_temp_path {self.directory}/{kind};\n" for kind in
            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return (f"{user}pid {self.directory}/pid;\ndaemon off;\n"
                "worker_processes 1;\nevents {}\nhttp {\n"
                f"access_log off;\n{places}{example}\n}}\n")

    def command(self):
        return [self.find(), "-e", f"{self.logs}/early",
                "-c", self.path("server.conf")]


class Apache(Server):
    """Apache; the example is one of its sites."""

    program, example = "apache2", "apache.conf"

    @classmethod
    def find(cls):
        return super().find() or shutil.which("httpd", path=SBIN)

    def changes(self):
        return [*super().changes(),
                ("<VirtualHost *:443>",
                 f"<VirtualHost 127.0.0.1:{self.port}>"),
                ("/var/log/apache2", self.logs)]

    def wrapped(self, example):
        files = [(name, f"{directory}/mod_{name}.so")
                 for name in APACHE_MODULES for directory in APACHE_DIRECTORIES]
        loads = "".join(f"LoadModule {name}_module {file}\n"
                        for name, file in files if os.path.exists(file))
        user = f"User #{NOBODY}\nGroup #{NOBODY}\n"
        return (f"ServerRoot {self.directory}\nServerName localhost\n"
                f"PidFile {self.directory}/pid\nDefaultRuntimeDir {self.directory}\n"
                f"ErrorLog {self.logs}/main\nLogLevel emerg\n"
                f"Listen 127.0.0.1:{self.port}\n{loads}"
                f"{user if os.geteuid() == 0 else ''}"
                "TypesConfig /dev/null\nAddType text/html .html\n"
                f"<Directory />\nRequire all denied\n</Directory>\n"
                f"DocumentRoot {self.directory}\n<Directory {self.directory}>\n"
                f"Require all granted\n</Directory>\n{example}")

    def command(self):
        return [self.find(), "-DFOREGROUND", "-f", self.path("server.conf")]


class Caddy(Server):
    """Caddy; it takes the test's certificate, for want of an ACME server."""

    program, example = "caddy", "Caddyfile"

    def changes(self):
        return [("/srv/www/signin", self.pages),
                ("signin.example.com {",
                 f"https://localhost:{self.port} {{\n"
                 f"\ttls {self.certificate} {self.key}"),
                ("\tlog default {", "\tadmin off\n"
                 "\tauto_https disable_redirects\n"
                 "\tdefault_bind 127.0.0.1\n\tlog default {"),
                ("/var/log/caddy", self.logs)]

    def wrapped(self, example):
        return example

    def command(self):
        return [self.find(), "run", "--adapter", "caddyfile",
                "--config", self.path("server.conf")]


KINDS = {"nginx": Nginx, "apache": Apache, "caddy": Caddy}
