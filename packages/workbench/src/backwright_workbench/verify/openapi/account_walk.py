"""The ways of accounts, walked as people walk them: signing in, second factors, mailed codes, programs.

What lives here: requests to the runtime's own operations that ask for something that another one has given: a token, a
code from a mail, the secret of an app. Made-up requests are refused there, as they should be. What must not: judging.
"""

import base64
import re
import time
from collections.abc import Mapping
from typing import Any

from backwright import totp

from backwright_workbench.verify.openapi.asking import Asking
from backwright_workbench.verify.openapi.documents import operations
from backwright_workbench.verify.openapi.rows import as_json, listed_rows
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.workspace.network import wait_until

MAIL_SECONDS = 5.0
"""How long a mail may take to come."""

CODE = re.compile(r"(?:code is:[\s|]*|#code=)([\w-]{6,})")

NEW = "a wholly other sentence {number}"


WAYS = frozenset(
    f"{method} {path}"
    for method, path in (
        ("POST", "/auth/login"),
        ("POST", "/auth/login/second-factor"),
        ("POST", "/auth/refresh"),
        ("GET", "/auth/sessions"),
        ("DELETE", "/auth/sessions/{session_id}"),
        ("POST", "/auth/second-factor"),
        ("POST", "/auth/second-factor/confirm"),
        ("POST", "/auth/second-factor/recovery-codes"),
        ("POST", "/auth/second-factor/off"),
        ("POST", "/auth/password"),
        ("POST", "/auth/register"),
        ("POST", "/auth/invitations"),
        ("GET", "/auth/invitations"),
        ("DELETE", "/auth/invitations/{invitation_id}"),
        ("POST", "/auth/password/forgot"),
        ("POST", "/auth/password/reset"),
        ("POST", "/auth/email"),
        ("POST", "/auth/email/confirm"),
        ("POST", "/auth/oauth/clients"),
        ("POST", "/auth/service-accounts"),
    )
)
"""What the walk leads to in every service that has it."""


class AccountWalk:
    """One walk. `admin` may do most; `somebody` is an account that nobody else needs."""

    def __init__(self, stand: Stand, asking: Asking, admin: Caller, somebody: Caller) -> None:
        self._stand = stand
        self._asking = asking
        self._admin = admin
        self._somebody = somebody
        self._found = {str(each): each for each in operations(stand.document)}
        self.email, self.password = somebody.account or ("", "")
        self._log = stand.server.log if stand.server is not None else None
        self._id = ""

    def run(self) -> None:
        """All ways. Those that the service does not have are left out."""
        self._id = str(self._ask("GET /auth/me", self._somebody).get("id", ""))
        self._sign_in()
        self._second_factor()
        self._password()
        self._mailed()
        self._programs()
        self._keys()

    def _sign_in(self) -> None:
        nobody = self._stand.anonymous
        told = self._ask("POST /auth/login", nobody, json={"email": self.email, "password": self.password})
        if "refresh_token" in told:
            self._ask("POST /auth/refresh", nobody, json={"refresh_token": told["refresh_token"]})
        seen = self._ask("GET /auth/sessions", self._somebody)
        for session in listed_rows(seen)[:1]:
            self._ask("DELETE /auth/sessions/{session_id}", self._somebody, session_id=str(session["id"]))

    def _second_factor(self) -> None:
        codes = self._confirmed()
        if not codes:
            return
        nobody, proof = self._stand.anonymous, {"current_password": self.password}
        told = self._ask("POST /auth/login", nobody, json={"email": self.email, "password": self.password})
        second = {"challenge": told.get("challenge", ""), "code": codes.pop()}
        self._ask("POST /auth/login/second-factor", nobody, json=second)
        again = self._ask(
            "POST /auth/second-factor/recovery-codes", self._somebody, json={**proof, "code": codes.pop()}
        )
        codes = list(again.get("recovery_codes", codes))
        self._ask("POST /auth/second-factor/off", self._somebody, json={**proof, "code": codes.pop()})
        if "DELETE /users/{user_id}/second-factor" in self._found and self._confirmed():
            self._ask("DELETE /users/{user_id}/second-factor", self._admin, user_id=self._id)

    def _confirmed(self) -> list[str]:
        """Switches the second factor on: the recovery codes."""
        proof = {"current_password": self.password}
        offered = self._ask("POST /auth/second-factor", self._somebody, json=proof)
        if "secret" not in offered:
            return []
        text = str(offered["secret"])
        secret = base64.b32decode(text + "=" * (-len(text) % 8))
        code = totp.code_at(secret, totp.step_at(time.time()))
        told = self._ask("POST /auth/second-factor/confirm", self._somebody, json={"code": code})
        return list(told.get("recovery_codes", ()))

    def _password(self) -> None:
        changed = {"current_password": self.password, "new_password": NEW.format(number=1)}
        self._ask("POST /auth/password", self._somebody, json=changed)
        self._restore()

    def _mailed(self) -> None:
        nobody, new = self._stand.anonymous, "walked-{}@example.com"
        chosen = {"name": "Walker", "password": NEW.format(number=2)}
        for asked, who, body in (
            ("POST /auth/register", nobody, {"email": new.format("new")}),
            ("POST /auth/invitations", self._admin, {"email": new.format("invited"), "roles": []}),
        ):
            if self._ask(asked, who, json=body) and (code := self._mail(str(body["email"]))):
                self._ask("POST /auth/register/confirm", nobody, json={**chosen, "code": code})
        unwanted = new.format("unwanted")
        self._ask("POST /auth/invitations", self._admin, json={"email": unwanted, "roles": []})
        for each in listed_rows(self._ask("GET /auth/invitations", self._admin)):
            if each.get("email") == unwanted:
                gone = "DELETE /auth/invitations/{invitation_id}"
                self._ask(gone, self._admin, invitation_id=str(each["id"]))
        if self._ask("POST /auth/password/forgot", nobody, json={"email": self.email}):
            reset = {"code": self._mail(self.email), "new_password": NEW.format(number=3)}
            self._ask("POST /auth/password/reset", nobody, json=reset)
            self._restore()
        moved = {"current_password": self.password, "email": new.format("moved")}
        if self._ask("POST /auth/email", self._somebody, json=moved):
            code = self._mail(moved["email"])
            self._ask("POST /auth/email/confirm", self._somebody, json={"code": code})

    def _programs(self) -> None:
        program = {
            "name": "Walked",
            "grants": ["authorization_code"],
            "scopes": ["openid", "signed_in"],
            "redirect_uris": ["https://app.example.org/signed-in"],
        }
        told = self._ask("POST /auth/oauth/clients", self._admin, json=program)
        if "client_id" in told:
            name = str(told["client_id"])
            self._ask("POST /auth/oauth/clients/{client_id}/secret", self._admin, client_id=name)
            self._ask("DELETE /auth/oauth/clients/{client_id}", self._admin, client_id=name)

    def _keys(self) -> None:
        """Keys of one's own, and of an account for a machine."""
        key, mine = {"name": "Walked", "scopes": ["signed_in"]}, {"current_password": self.password}
        own = self._ask("POST /auth/api-keys", self._somebody, json={**key, **mine})
        self._replaced("/auth/api-keys/{key_id}", self._somebody, own, mine)
        role = self._admin.role
        account = {"name": "walked", "roles": [role]}
        machine = self._ask("POST /auth/service-accounts", self._admin, json=account)
        if "id" in machine:
            user = {"user_id": str(machine["id"])}
            given = self._ask(
                "POST /users/{user_id}/api-keys", self._admin, json={**key, "scopes": [role]}, **user
            )
            self._replaced("/users/{user_id}/api-keys/{key_id}", self._admin, given, {}, **user)

    def _replaced(
        self, path: str, caller: Caller, key: Mapping[str, Any], proof: Mapping[str, str], **user: str
    ) -> None:
        if "id" in key:
            rotated = self._ask(
                f"POST {path}/rotate", caller, json=dict(proof), key_id=str(key["id"]), **user
            )
            self._ask(f"DELETE {path}", caller, key_id=str(rotated.get("id", key["id"])), **user)

    def _restore(self) -> None:
        """Gives the account its first password again, which its caller signs in with."""
        body = {"new_password": self.password}
        self._ask("POST /users/{user_id}/password", self._admin, json=body, user_id=self._id)

    def _mail(self, email: str) -> str:
        """The code in the last mail to an address; in development mails are shown in the terminal. Empty: none came."""
        found: list[str] = []

        def came() -> bool:
            text = self._log.read_text(errors="replace") if self._log is not None else ""
            found[:] = codes(text, email)
            return bool(found)

        wait_until(came, seconds=MAIL_SECONDS)
        return found[-1] if found else ""

    def _ask(self, name: str, caller: Caller, json: Any = None, **parameters: str) -> Mapping[str, Any]:
        """What an operation answers if it accepts; empty if it does not, or is not in the document."""
        operation = self._found.get(name)
        if operation is None:
            return {}
        path = operation.path
        for key, value in parameters.items():
            path = path.replace(f"{{{key}}}", value)
        request: dict[str, Any] = {"method": operation.method.upper(), "url": f"{self._stand.url}{path}"}
        answer = self._asking.send(operation, caller, {**request, **({} if json is None else {"json": json})})
        if answer is None or answer.status_code >= 300:
            return {}
        told = as_json(answer)
        return told if isinstance(told, dict) else {"answered": answer.status_code}


def codes(log: str, email: str) -> list[str]:
    """The codes that were mailed to an address, oldest first."""
    mails = [each for each in log.split("Mail that is not sent in development:") if f"To: {email}\n" in each]
    return [found.group(1) for each in mails if (found := CODE.search(each))]
