# SPDX-License-Identifier: ISC
"""What the manual promises: the sentences, and the names in a session."""

SIGN_IN = "Sign in to Genesys Cloud to continue as "
DENIED = ("This sign-in does not give access to this account. Check the user name, and who is signed in"
          " at the page.")
LATER = ("The sign-in service cannot be reached from this host at the moment; "
         "please try again later.")
ADMIN = ("Signing in is not set up properly on this host; please tell its "
         "administrator.")
EMPTY = "The answer was empty."
NO_CODE = ("That is not the answer: paste the whole address of the page you "
           "land on, or what its button copies. A password does not belong here.")
OTHER_PAGE = ("That address is not of this sign-in: open the address shown here. "
              "If you did, please tell the administrator.")
OTHER_ADDRESS = "That code belongs to another address than the one shown here."
EARLIER = ("That code belongs to an earlier address; only the one below "
           "counts.")
CANCELLED = "The sign-in was cancelled or refused in the browser."
REFUSED = ("The sign-in was refused. Check the user name, then sign in again; if you "
           "paste the answer, paste all of it.")
TOO_LATE = "The time for signing in is over; please connect again."

EXPORTED = {"GENESYSCLOUD_ACCESS_TOKEN", "GENESYSCLOUD_REGION",
            "GCPKCE_USER_ID", "GCPKCE_USER_EMAIL", "GCPKCE_TOKEN_EXPIRES"}
EXPORTED_FILE = {"GCPKCE_TOKEN_FILE", "GCPKCE_USER_ID", "GCPKCE_USER_EMAIL",
                 "GCPKCE_TOKEN_EXPIRES"}

SSHD_REFUSES = ("sshd refuses this name: unknown, AllowUsers/DenyUsers, or "
                "root without PermitRootLogin yes")


def ours(environment):
    """The names in a session's environment that can only be ours."""
    return {name for name in environment
            if name.startswith(("GCPKCE_", "GENESYSCLOUD_"))}
