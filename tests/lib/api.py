# SPDX-License-Identifier: ISC
"""The API server: who a token belongs to, and its revocation."""

import re
from datetime import datetime, timedelta, timezone

from faults import merged, overridden
from message import Reply, Site, pairs

ID = "([^/]+)"


def path(text):
    """Compiles the path of an endpoint."""
    return re.compile("/api/v2/" + text)


class ApiError(Exception):
    """An error in the API's form: status, code and message."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def reply(self, correlation):
        """Makes the reply."""
        return Reply.json(self.status, {
            "message": self.message, "code": self.code,
            "status": self.status, "messageParams": {},
            "contextId": correlation, "details": [], "errors": []})


NOT_FOUND = ApiError(404, "not.found", "The requested resource was not found.")


class Api(Site):
    """The API server."""

    def __init__(self, fake):
        self._fake = fake
        self._routes = tuple(
            (method, path(text), endpoint, self._guarded(function))
            for method, text, endpoint, function in (
                ("GET", "users/me", "users_me", self.users_me),
                ("GET", "tokens/me", "tokens_me", self.tokens_me),
                ("HEAD", "tokens/me", "tokens_me", self.tokens_me),
                ("DELETE", "tokens/me", "revoke", self.revoke),
                ("GET", "authorization/subjects/me", "subjects_me",
                 self.subjects_me),
                ("GET", "organizations/me", "organizations_me",
                 self.organizations_me),
                ("GET", "groups/" + ID, "group", self.group),
                ("GET", "users/" + ID, "user", self.user)))

    def routes(self):
        return self._routes

    def refuse(self, request, status):
        if status == 405:
            return ApiError(405, "method.not.allowed",
                            "Method not allowed.").reply(request.correlation)
        return NOT_FOUND.reply(request.correlation)

    def users_me(self, request, token):
        """The person the token belongs to."""
        wanted = expands(request)
        value = self._person(token.person, wanted)
        if "organization" in wanted:
            value["organization"] = organization(token.person.organization)
        if "token" in wanted:
            value["token"] = merged(self._token_info(token),
                                    self._token_changes())
        return overridden(value, self._fake.faults.override_user)

    def tokens_me(self, _request, token):
        """The token itself."""
        return overridden(self._token_info(token),
                          self._fake.faults.override_token_info)

    def revoke(self, _request, token):
        """Makes the token invalid."""
        token.revoked = True
        return Reply(self._fake.revoke_status)

    def subjects_me(self, _request, token):
        """The roles of the person, each in a division."""
        person = token.person
        grants = [{
            "subjectId": person.id,
            "division": {**reference("authorization/divisions",
                                     person.division)},
            "role": {**reference("authorization/roles", role),
                     "description": "", "policies": [], "default": False},
            "grantMadeAt": "2024-01-02T03:04:05.678Z",
        } for role in person.roles]
        return Reply.json(200, {"id": person.id, "name": person.name,
                                "grants": grants, "version": 1})

    def organizations_me(self, _request, token):
        """The organization of the token."""
        return Reply.json(200, organization(token.person.organization))

    def group(self, _request, _token, group_id):
        """A group, by id."""
        for group in self._fake.groups.values():
            if group.id == group_id:
                return Reply.json(200, group_value(group))
        raise NOT_FOUND

    def user(self, request, _token, user_id):
        """A person, by id; deleted ones only when asked for."""
        states = dict(queried(request)).get("state", "active")
        for person in self._fake.people.values():
            deleted = person.state == "deleted"
            if person.id == user_id and deleted == (states == "deleted"):
                return Reply.json(200, self._person(person,
                                                    expands(request)))
        raise NOT_FOUND

    def _guarded(self, function):
        def answer(request, *arguments):
            try:
                token = self._bearer(request)
                reply = function(request, token, *arguments)
            except ApiError as error:
                return error.reply(request.correlation)
            reply.headers += [("inin-ratelimit-count", "1"),
                              ("inin-ratelimit-allowed", "180"),
                              ("inin-ratelimit-reset", "60")]
            return reply
        return answer

    def _bearer(self, request):
        header = request.headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "bearer" or not value:
            raise ApiError(401, "authentication.required",
                           "No authentication bearer token specified in "
                           "authorization header.")
        token = self._fake.token_store.token(value)
        if token is None or token.revoked:
            raise ApiError(401, "bad.credentials",
                           "Invalid login credentials.")
        if token.expired():
            raise ApiError(401, "credentials.expired",
                           "The supplied credentials have expired.")
        return token

    def _token_changes(self):
        changes = self._fake.faults.override_token_info
        return {} if isinstance(changes, bytes) else changes

    def _token_info(self, token):
        person = token.person
        idle = datetime.now(timezone.utc) + timedelta(hours=12)
        value = {
            "organization": short(person.organization),
            "homeOrganization": short(person.home_organization),
            "authorizedScope": list(token.scopes),
            "dateTokenIdles": idle.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "OAuthClient": {
                "id": token.client.id, "name": token.client.name,
                "authorizedGrantType": token.client.grant_type,
                "scope": list(token.client.scopes),
                "roleDivisions": [], "state": token.client.state,
                "organization": short(self._fake.organization)},
        }
        if person.cloned_user:
            value["clonedUser"] = person.cloned_user
        return value

    @staticmethod
    def _person(person, wanted):
        value = {
            "id": person.id, "name": person.name,
            "division": reference("authorization/divisions",
                                  person.division),
            "chat": {"jabberId": person.id + "@example.orgspan.com"},
            "department": "", "email": person.email,
            "primaryContactInfo": [{
                "address": person.email, "mediaType": "EMAIL",
                "type": "PRIMARY"}],
            "addresses": [], "state": person.state, "title": "",
            "username": person.username, "images": [], "version": 7,
            "preferredName": person.name.split()[0],
            "selfUri": "/api/v2/users/" + person.id,
        }
        if "groups" in wanted:
            value["groups"] = [group_value(group) for group in person.groups]
        if "authorization" in wanted:
            value["authorization"] = {
                "roles": [short(role) for role in person.roles],
                "unusedRoles": [], "permissions": [],
                "permissionPolicies": []}
        return value


def queried(request):
    """Returns the query as pairs; an API error if it is malformed."""
    try:
        return pairs(request.query)
    except ValueError:
        raise ApiError(400, "bad.request", "Malformed query.") from None


def expands(request):
    """Returns what the repeated expand parameters ask for."""
    return [value for name, value in queried(request) if name == "expand"]


def short(thing):
    """Returns id and name."""
    return {"id": thing.id, "name": thing.name}


def reference(kind, thing):
    """Returns id, name and address."""
    return {**short(thing), "selfUri": "/api/v2/%s/%s" % (kind, thing.id)}


def group_value(group):
    """Returns a group in the API's form."""
    return {**reference("groups", group), "state": "active",
            "type": "official", "visibility": "public", "memberCount": 1,
            "version": 1}


def organization(value):
    """Returns an organization in the API's form."""
    return {**short(value), "defaultLanguage": "en-US",
            "defaultCountryCode": "US", "thirdPartyOrgName": value.short_name,
            "domain": value.domain, "version": 1, "state": value.state,
            "features": {}, "productPlatform": "GenesysCloud",
            "selfUri": "/api/v2/organizations/me"}
