# SPDX-License-Identifier: ISC
"""Pages: what a person sees in the browser."""

from html import escape

CANCEL = "cancel"

FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 3em auto; max-width: 30em;
       padding: 0 1em; color: #222; background: #f5f5f5; }}
main {{ background: #fff; border: 1px solid #ddd; border-radius: 6px;
       padding: 1em 2em 2em; }}
button {{ display: block; width: 100%; margin: .5em 0; padding: .6em 1em;
         font: inherit; text-align: left; border: 1px solid #bbb;
         border-radius: 4px; background: #fff; cursor: pointer; }}
button:hover, button:focus {{ background: #eef4fb; border-color: #36c; }}
small {{ color: #666; }}
</style>
</head>
<body><main>
<h1>{title}</h1>
{content}
</main></body>
</html>
"""

CHOICE = """<button name="person" value="{key}">{name}<br>
<small>{email}{remark}</small></button>"""

SIGN_IN = """<p>{client} asks who you are. This is a fake server for tests:
choose any person, without a password.</p>
{again}<form method="post" action="/signin">
<input type="hidden" name="ticket" value="{ticket}">
{choices}
<button name="person" value="{cancel}">Cancel</button>
</form>"""


def sign_in_page(ticket, client, people, again):
    """Returns the page on which a person is chosen."""
    choices = [CHOICE.format(key=escape(person.key), name=escape(person.name),
                             email=escape(person.email),
                             remark=escape(remark(person)))
               for person in people]
    content = SIGN_IN.format(
        client=escape(client.name), ticket=escape(ticket), cancel=CANCEL,
        choices="\n".join(choices),
        again="<p>You were asked to sign in again.</p>\n" if again else "")
    return FRAME.format(title="Sign in", content=content)


def remark(person):
    """Returns what is unusual about a person, or nothing."""
    if person.state != "active":
        return " (%s)" % person.state
    if person.cloned_user:
        return " (cloned user)"
    if person.home_organization is not person.organization:
        return " (of %s)" % person.home_organization.name
    return ""


def error_page(text):
    """Returns the page for a fault of which no application is told."""
    return FRAME.format(title="You cannot sign in here",
                        content="<p>%s</p>" % escape(text))
