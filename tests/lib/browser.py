#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A browser: does what a person does with the address from the terminal."""

import argparse
import re
import ssl
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPSConnection
from typing import Dict, List
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

TIMEOUT = 20


class SignInRefused(Exception):
    """There is no code: what the page or the redirect said."""


@dataclass
class Answer:
    """What a server answered."""

    status: int
    location: str
    text: str


@dataclass
class Form:
    """A form on a page; buttons are (name, value, text)."""

    action: str
    method: str
    hidden: Dict[str, str] = field(default_factory=dict)
    buttons: List[List[str]] = field(default_factory=list)


def pair(code, shown):
    """A code as the answer to the authorize address shown last."""
    state = re.findall(r"[?&]state=([^&\s]+)", shown)[-1]
    return f"code={code}&state={state}"


class Page(HTMLParser):
    """Reads the forms of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.text = ""
        self._in_button = False
        self._silent = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self._silent = tag in ("style", "script", "title")
        if tag == "form":
            self.forms.append(Form(values.get("action", ""),
                                   values.get("method", "get").upper()))
        elif self.forms and tag == "input":
            self.forms[-1].hidden[values.get("name", "")] = values.get(
                "value", "")
        elif self.forms and tag == "button":
            self.forms[-1].buttons.append(
                [values.get("name", ""), values.get("value", ""), ""])
            self._in_button = True

    def handle_endtag(self, tag):
        self._silent = False
        if tag == "button":
            self._in_button = False

    def handle_data(self, data):
        if not self._silent:
            self.text += data
        if self._in_button:
            self.forms[-1].buttons[-1][2] += data


class Browser:
    """Signs in; ca_file is the authority it trusts."""

    def __init__(self, ca_file=None):
        self.context = ssl.create_default_context(cafile=ca_file)
        self.cookies = {}

    def sign_in(self, address, person):
        """Signs in as a person (key, name or e-mail address on the page).

        Returns the address that the person is sent to, which is not
        visited.
        """
        answer = self.visit(address)
        if answer.location:
            return urljoin(address, answer.location)
        return self._choose(address, answer, person)

    def cancel(self, address):
        """Cancels on the page; returns the address one is sent to."""
        return self.sign_in(address, "cancel")

    @staticmethod
    def code_of(redirect):
        """Returns the code in the address that one was sent to."""
        values = parse_qs(urlsplit(redirect).query, keep_blank_values=True)
        if "error" in values:
            raise SignInRefused("%s: %s" % (
                values["error"][0],
                values.get("error_description", [""])[0]))
        if len(values.get("code", [])) != 1:
            raise SignInRefused("no code in " + redirect)
        return values["code"][0]

    @staticmethod
    def state_of(redirect):
        """Returns the state in the address that one was sent to, or None."""
        values = parse_qs(urlsplit(redirect).query, keep_blank_values=True)
        return values.get("state", [None])[0]

    def visit(self, address, method="GET", form=None):
        """Requests an address; redirects are not followed."""
        parts = urlsplit(address)
        target = parts.path or "/"
        if parts.query:
            target += "?" + parts.query
        body, headers = None, {}
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            headers["Cookie"] = "; ".join(
                f"{name}={value}" for name, value in self.cookies.items())
        connection = self._connection(parts)
        try:
            connection.request(method, target, body, headers)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
            for cookie in reply.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(reply.status, reply.getheader("Location", ""),
                          text)
        finally:
            connection.close()

    def _connection(self, parts):
        if parts.scheme == "https":
            return HTTPSConnection(parts.hostname, parts.port,
                                   context=self.context, timeout=TIMEOUT)
        return HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT)

    def _choose(self, address, answer, person):
        page = Page(answer.text)
        for form in page.forms:
            for name, value, text in form.buttons:
                lines = [line.strip() for line in text.splitlines()]
                if person == value or person in lines:
                    return self._press(address, form, name, value)
        raise SignInRefused("%d: %s" % (answer.status,
                                        " ".join(page.text.split())))

    def _press(self, address, form, name, value):
        target = urljoin(address, form.action)
        values = {**form.hidden, name: value}
        if form.method == "POST":
            answer = self.visit(target, "POST", values)
        else:
            answer = self.visit(target + "?" + urlencode(values))
        if not answer.location:
            raise SignInRefused("%d: %s" % (answer.status, " ".join(
                Page(answer.text).text.split())))
        return urljoin(target, answer.location)


def main():
    """The program: prints the address that the person is sent to."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--ca", metavar="FILE")
    parser.add_argument("--code", action="store_true",
                        help="prints the code alone")
    parser.add_argument("--visit", action="store_true",
                        help="visits the address, as a browser does")
    parser.add_argument("address", metavar="ADDRESS")
    parser.add_argument("person", metavar="PERSON",
                        help="key, name or e-mail address, or cancel")
    given = parser.parse_args()
    browser = Browser(given.ca)
    try:
        redirect = browser.sign_in(given.address, given.person)
        print(browser.code_of(redirect) if given.code else redirect)
        if given.visit:
            browser.visit(redirect)
    except (SignInRefused, OSError) as error:
        print("browser: %s" % error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
