# SPDX-License-Identifier: ISC
"""Where the bench happens: an isolated test environment with a far end and relays.

The house is that of tests/system.  Its system certificates, bundle and hashed
directory alike, have one authority more: that of the far end.  So each process finds
certificates as on a real host.
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)
for part in ("lib", "system"):
    sys.path.insert(0, os.path.join(TESTS, part))

from house import HELPER_USER, House  # noqa: E402
from fake_server import FakeServer  # noqa: E402

RTTS = (0, 50, 150)  # ms
CERTIFICATES = "/etc/ssl/certs"
PLACE = "/run/gcpkce-bench"  # as build.mk has it
ACCOUNT = "alice"

CONF = """\
region = eu-central-1
login_url = {login}
api_url = {api}
client_id = {client}
redirect_uri = http://localhost
bare_code = yes
organization = {organization}
map_file = {map}
helper_user = {helper_user}
timeout = 300
"""


class Failed(Exception):
    """Something that is measured did not do what it should."""


class Program:
    """A program of the bench that serves until its input is closed."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self):
        """The next line it says."""
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.process.args[0]} has ended")
        return line.strip()

    def tell(self, text=""):
        """Says a line to it."""
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def end(self):
        """Closes its input and waits for it."""
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


class FastServer(Program):
    """Both hosts of Genesys Cloud; counts what it sees."""

    def __init__(self, program, replies, certificate):
        super().__init__(program, *certificate, *replies)
        self.ports = self.line().split()

    def take(self):
        """What it has counted since the last time."""
        self.tell()
        return json.loads(self.line())


class Stage:
    """The house, the far end, a relay for each round trip, the services."""

    def __init__(self, directory, build):
        self.house = House(directory)
        self.built = os.path.join(build, "tests/bench")
        self.house.install(build)
        self.directory = self.house.make_directory("bench")
        os.mkdir(f"{self.directory}/pam.d")
        self.write("pam.d/other", "")  # libpam loads what stands there
        self._services = {}
        self._record()
        self.routes = {}
        self._relays = []
        for rtt in RTTS:
            relay = Program(self.program("relay"), str(rtt * 500),
                            *self.far.ports)
            self._relays.append(relay)
            self.routes[rtt] = relay.line().split()
        self.routes[None] = self.far.ports  # no relay at all

    def end(self):
        """Ends the programs; the house goes with the last process."""
        for program in (*self._relays, self.far):
            program.end()

    def program(self, name):
        """The path of a program of the bench."""
        return os.path.join(self.built, name)

    def write(self, name, text):
        """Writes a file of root's in the bench's directory."""
        return self.house.write(os.path.join(self.directory, name), text)

    def urls(self, rtt):
        """The addresses of login and API server at a round trip time."""
        return [f"https://localhost:{port}" for port in self.routes[rtt]]

    # services

    def module(self, rtt=None, traced=False, map_file=None, **keys):
        """A service with the module; gives its name."""
        login, api = self.urls(rtt)
        name = "module-" + "-".join(map(str, (
            rtt, traced, os.path.basename(map_file or ""),
            *keys.values()))).lower()
        if name not in self._services:
            module = (self.program("pam_gcpkce_traced.so") if traced
                      else self.house.module)
            self.service_of(name, login, api, map_file, module, **keys)
        return name

    def service_of(self, name, login, api, map_file=None, module=None, **keys):
        """A service of this name with these hosts; gives the name."""
        conf = self.configuration(name, login, api, map_file, **keys)
        self._service(name, f"{module or self.house.module} conf={conf}")
        return name

    def configuration(self, name, login="https://localhost:1",
                      api="https://localhost:1", map_file=None, **keys):
        """Writes the module's configuration; gives its path."""
        text = CONF.format(
            login=login, api=api, client=self.client,
            organization=self.organization, map=map_file or self.map,
            helper_user=HELPER_USER)
        kept = [line for line in text.splitlines(True)
                if line.split(" ", 1)[0] not in keys]
        text = "".join([*kept, *(
            f"{key} = {value}\n" for key, value in keys.items()
            if value is not None)])
        return self.write(f"{name}.conf", text)

    def comparison(self, rtt, *words):
        """A service with the comparison module; gives its name."""
        login, api = self.urls(rtt)
        name = "-".join(map(str, ("compare", rtt, *words))).lower()
        if name not in self._services:
            module = self.program("pam_compare.so")
            self._service(name, f"{module} login={login} api={api} "
                          + " ".join(words))
        return name

    def _service(self, name, line):
        self.write(f"pam.d/{name}", f"auth required {line}\n")
        self._services[name] = line

    # what runs in it

    def host(self, service, pause="0", count=1, before=()):
        """The command line of a host that signs in."""
        return [*before, self.program("host"), f"{self.directory}/pam.d",
                service, ACCOUNT, str(count), str(pause)]

    def sign_in(self, service, pause="0", count=1, before=()):
        """Signs in; gives what the host measured, a dict each time."""
        done = subprocess.run(self.host(service, pause, count, before),
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"{service}: {done.stdout}{done.stderr}\n"
                         f"The journal:\n{self.house.journal.text()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def two_curls(self, rtt):
        """Runs the script with two curls; gives its microseconds."""
        argv = [os.path.join(HERE, "two-curls.sh"), *self.urls(rtt), "0" * 43]
        begun = time.monotonic_ns()
        pid = os.posix_spawn(argv[0], argv, {"PATH": "/usr/bin:/bin"})
        _, status = os.waitpid(pid, 0)
        took = (time.monotonic_ns() - begun) / 1000
        if status != 0:
            raise Failed("two-curls.sh")
        return took

    def floor(self, rtt, count=1, mode="warm", before=()):
        """Runs the floor; gives what it measured."""
        done = subprocess.run(
            [*before, self.program("floor"), mode, self.ca_file, *self.routes[rtt],
             str(count)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"floor: {done.stderr}")
        return json.loads(done.stdout)

    def settle(self, seconds=10):
        """Waits until no helper is left, revokers included."""
        if self.house.wait_until_gone("gcpkce-helper", seconds):
            raise Failed("a helper stays behind")

    # how it is built

    def _record(self):
        """Takes the replies of the fake server and starts the far end."""
        directory = self.house.make_directory("genesys")
        with FakeServer(directory) as fake:
            self.client = fake.clients["public"].id
            self.organization = fake.organization.id
            self.person = fake.people["alice"].id
            self.ca_file = fake.ca_file
            token = fake.issue_token("alice")
            replies = [json.dumps({"access_token": token,
                                   "token_type": "bearer",
                                   "expires_in": 86399})]
            replies += [fetch(fake, path, token)
                        for path in ("users/me", "tokens/me")]
            self.certificate = fake.authority.certificate()
        files = [self.write(f"reply{number}", text)
                 for number, text in enumerate(replies)]
        self.map = self.write("map", f"{ACCOUNT} id:{self.person}\n")
        self._trust(fake)
        self.far = FastServer(self.program("fast_server"), files, self.certificate)

    def _trust(self, fake):
        """Adds the authority to the house's own system certificates."""
        with open(fake.ca_file, encoding="ascii") as file:
            authority = file.read()
        with open(f"{CERTIFICATES}/ca-certificates.crt", "a",
                  encoding="ascii") as bundle:
            bundle.write(authority)
        for name in os.listdir(fake.ca_dir):
            if name != "ca.pem":
                shutil.copy(f"{fake.ca_dir}/{name}",
                            f"{CERTIFICATES}/{name}")


def fetch(fake, path, token):
    """A reply of the fake server's API, byte for byte."""
    request = urllib.request.Request(
        f"{fake.api_url}/api/v2/{path}",
        headers={"Authorization": f"Bearer {token}"})
    context = ssl.create_default_context(cafile=fake.ca_file)
    with urllib.request.urlopen(request, context=context) as reply:
        return reply.read().decode()
