# SPDX-License-Identifier: ISC
"""People, clients and what they belong to: the cast of the fake server."""

import secrets
import uuid
from dataclasses import asdict, dataclass, field
from typing import List, Optional

CALLBACK = "https://signin.example.test/callback"
REDIRECT_URIS = (
    CALLBACK,
    CALLBACK + "?app=login",
    "http://localhost",
    "http://localhost/callback",
    "http://localhost:8085/oauth2/callback",
)
SCOPES = ("user-basic-info",)
# People, and what they belong to, by other letters: of two, three and four
# bytes in UTF-8, and joined ones.
FAR_NAMES = (
    ("umlaut", "J\u00fcrgen M\u00fc\u00dfig", "Bereitschaft S\u00fcd"),
    ("cyrillic", "\u0416\u0430\u043d\u043d\u0430 \u0419\u043e\u0432",
     "\u0434\u0435\u0436\u0443\u0440\u043d\u044b\u0435"),
    ("cjk", "\u5c71\u7530 \u82b1\u5b50", "\u904b\u7528\u62c5\u5f53"),
    ("emoji", "Robin \U0001f469\u200d\U0001f4bb", "\U0001f680 \U0001f525"),
)


def lasting_id(name):
    """Returns an id that is the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.test/" + name))


@dataclass
class Named:
    """A thing with an id and a name: group, role, division."""

    id: str
    name: str


@dataclass
class Organization(Named):
    """An organization; short_name is what a person types at sign-in."""

    short_name: str = "example"
    domain: str = "example.test"
    state: str = "active"


@dataclass
class Person:
    """A person who can sign in; key is the name in tests."""

    key: str
    id: str
    name: str
    email: str
    username: str
    organization: Organization
    home_organization: Organization
    division: Named
    state: str = "active"
    groups: List[Named] = field(default_factory=list)
    roles: List[Named] = field(default_factory=list)
    cloned_user: Optional[dict] = None

    def summary(self):
        """Returns the person as plain data."""
        return asdict(self)


@dataclass
class Client:
    """An OAuth client; one with a secret is confidential."""

    id: str
    name: str
    grant_type: str = "CODE"
    state: str = "active"
    secret: Optional[str] = None
    redirect_uris: List[str] = field(
        default_factory=lambda: list(REDIRECT_URIS))
    scopes: List[str] = field(default_factory=lambda: list(SCOPES))

    def summary(self):
        """Returns the client as plain data."""
        return asdict(self)


def named(kind, *names):
    """Makes things of one kind, as a dict by name."""
    return {name: Named(lasting_id(kind + "/" + name), name)
            for name in names}


class Cast:
    """The organizations, groups, roles, divisions, people and clients."""

    def __init__(self):
        self.organization = Organization(
            lasting_id("organization"), "Example Organization")
        self.partner = Organization(
            lasting_id("partner"), "Partner Organization", "partner",
            "partner.test")
        self.elsewhere = Organization(
            lasting_id("elsewhere"), "Another Organization", "elsewhere",
            "elsewhere.test")
        self.divisions = named("division", "Home", "Support")
        self.groups = named("group", "operators", "agents", "everyone")
        self.roles = named("role", "employee", "admin", "supervisor")
        self.people = {}
        self.clients = {}
        self._add_people()
        self._add_clients()

    def add_person(self, key, name, **fields):
        """Adds a person of our organization; fields replace the usual."""
        fields.setdefault("organization", self.organization)
        values = {
            "id": lasting_id("person/" + key),
            "email": key + "@" + fields["organization"].domain,
            "home_organization": fields["organization"],
            "division": self.divisions["Home"],
            "groups": [self.groups["everyone"]],
            "roles": [self.roles["employee"]],
            **fields,
        }
        values.setdefault("username", values["email"])
        self.people[key] = Person(key=key, name=name, **values)
        return self.people[key]

    def add_client(self, key, **fields):
        """Adds a client; without a secret it is a public one."""
        fields.setdefault("id", lasting_id("client/" + key))
        fields.setdefault("name", key + " client")
        self.clients[key] = Client(**fields)
        return self.clients[key]

    def client_by_id(self, client_id):
        """Returns the client with that very id, or None."""
        for client in self.clients.values():
            if client.id == client_id:
                return client
        return None

    def _add_people(self):
        groups, roles = self.groups, self.roles
        self.add_person("alice", "Alice Anders", groups=[
            groups["operators"], groups["everyone"]],
            roles=[roles["employee"], roles["admin"]])
        self.add_person("bob", "Bob Brandt", groups=[
            groups["agents"], groups["everyone"]],
            division=self.divisions["Support"])
        self.add_person("carol", "Carol Castro", groups=[],
                        roles=[roles["employee"], roles["supervisor"]])
        self.add_person("inactive", "Ivan Inactive", state="inactive")
        self.add_person("deleted", "Dora Deleted", state="deleted")
        self.add_person("partner", "Petra Partner",
                        email="petra@partner.test",
                        home_organization=self.partner)
        self.add_person("cloned", "Clara Cloned", cloned_user={
            "id": lasting_id("person/clara-at-home"),
            "organization": {"id": self.partner.id}})
        self.add_person("stranger", "Stan Stranger",
                        organization=self.elsewhere)

        for key, name, belongings in FAR_NAMES:
            self.add_person(
                key, name, division=named("division", belongings)[belongings],
                groups=list(named("group", belongings).values()),
                roles=list(named("role", belongings).values()))

    def _add_clients(self):
        self.add_client("public")
        self.add_client("confidential", secret=secrets.token_urlsafe(32))
        self.add_client("other_grant", grant_type="TOKEN")
        self.add_client("disabled", state="disabled")
