"""The pages that people see on the way to a client: sign in and allow, and what went wrong.

What lives here: HTML and its content policy. What must not: any decision. The pages run no script and load
nothing; whatever comes from a client or a request is escaped.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff}h1{font-size:1.3rem}label{display:block;margin:1rem 0 .2rem}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #6b7280;border-radius:4px}"
    "button{font:inherit;padding:.5rem 1.2rem;margin:1.2rem .6rem 0 0;border:1px solid #1b1f24;border-radius:4px;"
    "background:#fff;color:inherit}button[value=allow]{background:#1b1f24;color:#fff}"
    ".wrong{border-left:4px solid #b42318;padding-left:.8rem}.small{color:#4b5563;font-size:.9rem}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>{style}</style></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""

_FORM: Final = """{wrong}<p>If you allow it, <strong>{client}</strong> may:</p>
<ul>{scopes}</ul>
<form method="post" action="sign-in">
<input type="hidden" name="page" value="{page}">
{questions}
<button name="action" value="allow">Allow</button><button name="action" value="deny" formnovalidate>Deny</button>
</form>
<p class="small">You are sent on to {place}. Type your password only if you came from there yourself.</p>"""

_CREDENTIALS: Final = """<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" maxlength="254" required value="{email}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required>"""

_SECOND_STEP: Final = """<input type="hidden" name="challenge" value="{challenge}">
<label for="code">Code of your second factor</label>
<input id="code" name="code" autocomplete="one-time-code" maxlength="64" required autofocus>
<button name="action" value="again" formnovalidate>Sign in as somebody else</button>"""


def sign_in_page(
    *,
    service: str,
    client: str,
    scopes: Iterable[str],
    page: str,
    redirect_uri: str,
    email: str = "",
    challenge: str = "",
    wrong: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page on which a person signs in and allows a client what it asks for.

    `scopes` are in words; with a `challenge` the password was right and the second factor is asked for.
    """
    if challenge:
        questions = _SECOND_STEP.format(challenge=escape(challenge))
    else:
        questions = _CREDENTIALS.format(email=escape(email))
    body = _FORM.format(
        wrong=f'<p class="wrong" role="alert">{escape(wrong)}</p>\n' if wrong else "",
        client=escape(client),
        scopes="".join(f"<li>{escape(each)}</li>" for each in scopes),
        page=escape(page),
        questions=questions,
        place=f"<strong>{escape(place_of(redirect_uri))}</strong>",
    )
    return _response(f"Sign in to {service}", body, status, form_action=redirect_uri, headers=headers)


def plain_page(title: str, text: str, status: int = 200) -> Response:
    """A page that says one thing and leads nowhere."""
    return _response(title, f"<p>{escape(text)}</p>", status)


def place_of(redirect_uri: str) -> str:
    """Where an address leads, for people: its host, or the scheme of an app."""
    parts = urlsplit(redirect_uri)
    return parts.netloc or f"the app {parts.scheme}"


def form_target(redirect_uri: str) -> str:
    """The source for `form-action`: browsers apply it to the redirect that answers the form, too."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _response(
    title: str, body: str, status: int, *, form_action: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    actions = f"'self' {form_target(form_action)}" if form_action else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action {actions}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return Response(
        _PAGE.format(title=escape(title), style=_STYLE, body=body),
        status_code=status,
        headers={
            "Content-Security-Policy": policy,
            "X-Frame-Options": "DENY",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
        media_type="text/html",
    )
