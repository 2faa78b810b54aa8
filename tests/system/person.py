# SPDX-License-Identifier: ISC
"""A person with a browser: takes the address from the terminal, signs in."""

import re

from browser import pair

_ADDRESS = re.compile(r"^(https?://\S+/o?auth/authorize\?\S+)$", re.MULTILINE)


def address_in(shown):
    """The one authorize address in a dialogue, which has a line for itself."""
    found = _ADDRESS.findall(shown)
    assert len(found) == 1, f"{len(found)} addresses in:\n{shown}"
    return found[0]


class Person:
    """A person whom the fake server knows; knows no password of any host."""

    def __init__(self, browser, record):
        self._browser = browser
        self.key = record.key
        self.id = record.id
        self.email = record.email

    @property
    def browser_context(self):
        """The TLS context of the person's browser."""
        return self._browser.context

    def sign_in(self, shown):
        """Follow the dialogue's address; gives the address landed on."""
        return self._browser.sign_in(address_in(shown), self.key)

    def cancel(self, shown):
        """Say no on the sign-in page; gives the address landed on."""
        return self._browser.cancel(address_in(shown))

    def code(self, shown):
        """Sign in and read the code from the address landed on."""
        return self._browser.code_of(self.sign_in(shown))

    def pair(self, shown):
        """Sign in and copy what the page's button copies."""
        return pair(self.code(shown), shown)
