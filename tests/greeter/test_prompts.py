# SPDX-License-Identifier: ISC
"""LightDM's login screen, where what asks next is another module than the page's."""

import os
import signal
import subprocess

import pytest
import tree
from chromium import REDIRECT
from contract import CANCELLED, DENIED, ours
from desk import ALONE, HELPER, MODULE, OPEN_STACK, PASSWORD, write
from house import process_ids, runs
from ports import free_port
from viewer import PROGRAM
from waiting import wait_until

# Asks twice in one call of the conversation function.
TWO_PROMPTS = """\
#include <security/pam_ext.h>
#include <string.h>

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const struct pam_message first = {PAM_PROMPT_ECHO_OFF, "First factor: "};
	const struct pam_message text = {PAM_TEXT_INFO, "One is there."};
	const struct pam_message second = {PAM_PROMPT_ECHO_ON, "Second factor: "};
	const struct pam_message *messages[] = {&first, &text, &second};
	const struct pam_conv *conv;
	struct pam_response *answers = NULL;

	if (pam_get_item(pamh, PAM_CONV, (const void **)&conv) != PAM_SUCCESS ||
	    conv->conv(3, messages, &answers, conv->appdata_ptr) != PAM_SUCCESS)
		return PAM_CONV_ERR;
	return strcmp(answers[0].resp, "one") == 0 && strcmp(answers[2].resp, "two") == 0
	    ? PAM_SUCCESS : PAM_AUTH_ERR;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return PAM_SUCCESS;
}
"""

# In place of gcpkce-view it does not exec it, and SIGTERM ends neither of them.
KEEPS_ON = f"#!/bin/sh\ntrap '' TERM\n{PROGRAM} \"$@\"\nexit $?\n"


def views():
    """The processes that show a page, and a script that started them."""
    found = subprocess.run(["pgrep", "-f", f"{PROGRAM}|/tmp/keeps-on"], capture_output=True, text=True, check=False)
    return found.stdout.split()


@pytest.fixture
def listening(lightdm, genesys):
    """LightDM with callback=loopback: the module does not ask at a display of this host."""
    redirect = REDIRECT.format(free_port())
    genesys.clients["public"].redirect_uris.append(redirect)

    def configure(**more):
        lightdm.configure(callback="loopback", redirect_uri=redirect, **more)
    configure()
    lightdm.listen = configure
    return lightdm


def test_without_a_prompt_the_other_way_in_is_there(listening, genesys):
    """At the start page, and at the page that could not be loaded."""
    listening.start()
    listening.other_way("alice")
    listening.wait_for("Password:")
    listening.screen.keys("Escape")
    genesys.refuse("login")
    try:
        listening.sign_in("alice")
        listening.wait_for("localhost accepts no connection")
    finally:
        genesys.listen("login")
    for pid in views():
        os.kill(int(pid), signal.SIGKILL)
    listening.wait_for("The sign-in page cannot be reached", "Other way in")
    listening.screen.keys("Tab", "Return")
    shown = listening.wait_for("Password:")
    assert CANCELLED not in [thing["name"] for thing in shown]  # it was not the user who cancelled
    listening.screen.type(PASSWORD)
    listening.screen.keys("Return")
    user, environment = listening.session()
    assert user == "alice" and not ours(environment)
    assert genesys.log.count("POST", "/oauth/token") == 0


def test_the_code_of_a_wrong_person_is_not_the_password(listening, journal):
    listening.listen(attempts=1)
    listening.start()
    listening.sign_in("alice")
    listening.choose("bob")
    listening.wait_for("alice", DENIED, "Password:")
    listening.screen.type(PASSWORD)
    listening.screen.keys("Return")
    assert listening.session()[0] == "alice"
    assert "authentication failure" not in journal.text()


def test_an_expired_password_is_changed_after_the_page(listening):
    listening.listen(stack=f"auth required {MODULE}\naccount required pam_unix.so\n"
                           "password required pam_unix.so\nsession required pam_permit.so\n")
    tree.run("chage", "-d", "0", "alice")
    try:
        listening.start()
        listening.sign_in("alice")
        listening.choose("alice")
        for prompt, password in (("Current password:", PASSWORD), ("New password:", "Xy7-lange-Woerter"),
                                 ("Retype new password:", "Xy7-lange-Woerter")):
            listening.wait_for("alice", prompt)
            listening.screen.type(password)
            listening.screen.keys("Return")
        assert listening.session()[0] == "alice"
    finally:
        subprocess.run(["chpasswd"], input=f"alice:{PASSWORD}\n", text=True, check=True)


def test_two_prompts_of_one_call_are_asked_one_after_the_other(lightdm):
    write("/tmp/two.c", TWO_PROMPTS)
    tree.run("cc", "-shared", "-fPIC", "-o", "/tmp/pam_two.so", "/tmp/two.c", "-lpam")
    lightdm.configure(stack=f"auth required /tmp/pam_two.so\n{OPEN_STACK.split(chr(10), 1)[1]}")
    lightdm.start()
    lightdm.sign_in("alice")
    shown = lightdm.wait_for("First factor:")
    assert "Second factor:" not in [thing["name"] for thing in shown]
    lightdm.screen.type("one")
    lightdm.screen.keys("Return")
    lightdm.wait_for("Second factor:", "One is there.")
    lightdm.screen.type("two")
    lightdm.screen.keys("Return")
    assert lightdm.session()[0] == "alice"


def test_nothing_of_the_page_stays_when_the_module_ends(listening):
    write("/tmp/keeps-on", KEEPS_ON, 0o755)
    listening.listen(stack=ALONE, greeter=["view = /tmp/keeps-on"])
    listening.start()
    listening.sign_in("alice")
    listening.wait_for_page()
    assert len(views()) >= 2
    for pid in process_ids():
        if runs(pid, HELPER):
            os.kill(int(pid), signal.SIGKILL)
    listening.wait_for("You are not signed in", "alice")
    assert wait_until(lambda: not views()), views()
