"""Version 4 of AWS signatures, verified as the specification says it, in front of a server that takes any.

Written from the documentation and without the client's code, so that a mistake of the client is not repeated
here: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html. All three forms
are verified: the header, the signed link, and the policy of a form with its conditions.
"""

import base64
import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from werkzeug.formparser import parse_form_data

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Refused(Exception):
    """What a server answers 403 to."""


class Verified:
    """An application that is reached by signed requests only."""

    def __init__(self, app: WSGI, secrets: Mapping[str, str]) -> None:
        self._app = app
        self._secrets = secrets

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Verify, then hand on."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            self._verify(environ, body)
        except (Refused, KeyError, ValueError) as error:
            code = "AccessDenied" if isinstance(error, Refused) else "InvalidRequest"
            text = f"<Error><Code>{code}</Code><Message>{type(error).__name__}: {error}</Message></Error>"
            start("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
            return [text.encode()]
        environ["wsgi.input"] = io.BytesIO(body)
        return self._app(environ, start)

    def _verify(self, environ: Environ, body: bytes) -> None:
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        if "HTTP_AUTHORIZATION" in environ:
            self._verify_header(environ, body)
        elif "X-Amz-Signature" in query:
            self._verify_link(environ, query)
        elif environ["REQUEST_METHOD"] == "POST":
            self._verify_form(environ)
        else:
            raise Refused("not signed")

    def _verify_header(self, environ: Environ, body: bytes) -> None:
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
            environ["HTTP_AUTHORIZATION"],
        )
        if found is None:
            raise Refused("malformed")
        credential, signed, signature = found.groups()
        said = environ["HTTP_X_AMZ_CONTENT_SHA256"]
        if said != hashlib.sha256(body).hexdigest():
            raise Refused("the payload is not the signed one")
        checksum = environ.get("HTTP_X_AMZ_CHECKSUM_SHA256")
        if checksum and base64.b64decode(checksum) != hashlib.sha256(body).digest():
            raise Refused("the payload has another checksum")
        stamp = environ["HTTP_X_AMZ_DATE"]
        _refuse_old(stamp, timedelta(minutes=15))
        canonical = _canonical(environ, environ["QUERY_STRING"], signed, said)
        self._compare(credential, stamp, canonical, signature)

    def _verify_link(self, environ: Environ, query: dict[str, str]) -> None:
        _refuse_old(query["X-Amz-Date"], timedelta(seconds=int(query["X-Amz-Expires"])))
        rest = "&".join(
            part for part in environ["QUERY_STRING"].split("&") if not part.startswith("X-Amz-Signature=")
        )
        canonical = _canonical(environ, rest, query["X-Amz-SignedHeaders"], "UNSIGNED-PAYLOAD")
        self._compare(query["X-Amz-Credential"], query["X-Amz-Date"], canonical, query["X-Amz-Signature"])

    def _verify_form(self, environ: Environ) -> None:
        _, form, files = parse_form_data(environ, stream_factory=lambda *_, **__: io.BytesIO())
        key = self._key(form["x-amz-credential"])
        wanted = hmac.digest(key, form["policy"].encode(), "sha256").hex()
        if not hmac.compare_digest(wanted, form["x-amz-signature"]):
            raise Refused("the policy is not signed by us")
        policy = json.loads(base64.b64decode(form["policy"]))
        if datetime.fromisoformat(policy["expiration"]) < datetime.now(UTC):
            raise Refused("the policy has expired")
        given = {**form.to_dict(), "bucket": environ["PATH_INFO"].strip("/")}
        size = len(files["file"].read())
        free = set(given) - {"policy", "x-amz-signature"}
        for condition in policy["conditions"]:
            free -= _hold(condition, given, size)
        if free:
            raise Refused(f"the policy does not mention {sorted(free)}")

    def _compare(self, credential: str, stamp: str, canonical: str, signature: str) -> None:
        scope = credential.partition("/")[2]
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
        wanted = hmac.digest(self._key(credential), text.encode(), "sha256").hex()
        if not hmac.compare_digest(wanted, signature):
            raise Refused("the signature is another")

    def _key(self, credential: str) -> bytes:
        key_id, *scope = credential.split("/")
        if key_id not in self._secrets or scope[2:] != ["s3", "aws4_request"]:
            raise Refused("unknown credential")
        key = b"AWS4" + self._secrets[key_id].encode()
        for step in scope:
            key = hmac.digest(key, step.encode(), "sha256")
        return key


def _canonical(environ: Environ, query: str, signed: str, payload: str) -> str:
    path = environ["REQUEST_URI"].partition("?")[0]
    parts = parse_qsl(query, keep_blank_values=True)
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parts)
    names = signed.split(";")
    headers = "".join(f"{name}:{' '.join(_header(environ, name).split())}\n" for name in names)
    return "\n".join(
        [
            environ["REQUEST_METHOD"],
            quote(unquote(path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in encoded),
            headers,
            signed,
            payload,
        ]
    )


def _header(environ: Environ, name: str) -> str:
    key = name.upper().replace("-", "_")
    found: str = environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"]
    return found


def _refuse_old(stamp: str, good_for: timedelta) -> None:
    made = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - made) > good_for:
        raise Refused("the request has expired")


def _hold(condition: Any, given: Mapping[str, str], size: int) -> set[str]:
    """Raise unless a condition of a policy holds; the names of the fields that it speaks of."""
    if isinstance(condition, dict):
        conditions = [("eq", name, value) for name, value in condition.items()]
    elif condition[0] == "content-length-range":
        if not int(condition[1]) <= size <= int(condition[2]):
            raise Refused("the file has another size")
        return set()
    else:
        conditions = [(condition[0], condition[1].removeprefix("$"), condition[2])]
    for kind, name, value in conditions:
        holds = given.get(name) == value if kind == "eq" else given.get(name, "").startswith(value)
        if not holds:
            raise Refused(f"{name} is not as the policy says")
    return {name for _, name, _ in conditions}
