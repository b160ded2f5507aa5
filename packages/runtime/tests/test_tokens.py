"""Only a token that this service has issued, for itself, and that is good now, is taken."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from backwright.database import Database
from backwright.errors import Unauthenticated
from backwright.keyring import KeyRing
from backwright.tokens import LEEWAY, MAX_TOKEN, AccessTokens
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

SECRET = b"a secret for tests only, forty-eight characters!"
ADA, SESSION = UUID(int=1), UUID(int=2)
LIFETIME = timedelta(minutes=10)
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

Parts = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture
def ring(database: Database) -> KeyRing:
    return KeyRing(database, SECRET)


@pytest.fixture
def tokens(ring: KeyRing) -> AccessTokens:
    return AccessTokens(ring, issuer="https://office.test", audience="office", lifetime=LIFETIME)


def parts(token: str) -> Parts:
    header, payload, _ = token.split(".")
    return read(header), read(payload)


def read(segment: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return found


def write(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def sign(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    """A correct ES256 signature over any header, also one that a library would refuse to write."""
    content = f"{write(header)}.{write(claims)}"
    signature = JWSRegistry.algorithms["ES256"].sign(content.encode(), key)
    return f"{content}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def refuse(tokens: AccessTokens, token: str) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as refused:
        await tokens.verify(token)
    assert refused.value.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return refused.value


async def test_a_token_names_ids_and_times_and_nothing_personal(tokens: AccessTokens) -> None:
    """Its form is that of RFC 9068."""
    with time_machine.travel(NOW, tick=False):
        header, claims = parts(await tokens.issue(ADA, SESSION))
    assert header["typ"] == "at+jwt"
    assert header["alg"] == "ES256"
    assert set(claims) == {"iss", "aud", "client_id", "sub", "sid", "jti", "iat", "nbf", "exp"}
    assert claims["exp"] - claims["iat"] == 600
    assert (claims["sub"], claims["sid"]) == (str(ADA), str(SESSION))


async def test_a_good_token_gives_its_claims(tokens: AccessTokens) -> None:
    """Until its time and the tolerated skew are over; then the answer says that it has expired."""
    with time_machine.travel(NOW, tick=False) as clock:
        token = await tokens.issue(ADA, SESSION)
        claims = await tokens.verify(token)
        assert (claims.user_id, claims.session_id) == (ADA, SESSION)
        clock.shift(LIFETIME + timedelta(seconds=LEEWAY - 1))
        await tokens.verify(token)
        clock.shift(timedelta(seconds=1))
        assert "expired" in (await refuse(tokens, token)).detail


async def test_a_token_from_the_future_is_refused(tokens: AccessTokens) -> None:
    """Beyond the skew that two machines may have; the skew itself is at most a minute."""
    assert LEEWAY <= 60
    with time_machine.travel(NOW, tick=False) as clock:
        clock.shift(timedelta(seconds=LEEWAY))
        slightly = await tokens.issue(ADA, SESSION)
        clock.shift(timedelta(seconds=1))
        too_far = await tokens.issue(ADA, SESSION)
        clock.move_to(NOW)
        await tokens.verify(slightly)
        await refuse(tokens, too_far)


Change = Callable[[dict[str, Any], dict[str, Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda header, claims: claims.update(iss="https://evil.test"), id="another issuer"),
        pytest.param(lambda header, claims: claims.update(aud="billing"), id="another audience"),
        pytest.param(lambda header, claims: claims.update(aud=["office"]), id="a list of audiences"),
        pytest.param(lambda header, claims: claims.pop("exp"), id="no expiry"),
        pytest.param(lambda header, claims: claims.update(exp="2999999999"), id="an expiry in text"),
        pytest.param(lambda header, claims: claims.update(exp=1e400), id="an infinite expiry"),
        pytest.param(lambda header, claims: claims.pop("sid"), id="no session"),
        pytest.param(lambda header, claims: claims.update(sub="root"), id="a subject that is no id"),
        pytest.param(lambda header, claims: header.update(typ="JWT"), id="another type"),
        pytest.param(lambda header, claims: header.pop("typ"), id="no type"),
        pytest.param(lambda header, claims: header.pop("kid"), id="no key id"),
        pytest.param(lambda header, claims: header.update(kid="other"), id="an unknown key id"),
        pytest.param(lambda header, claims: header.update(kid="../../dev/null"), id="a path as key id"),
        pytest.param(lambda header, claims: header.update(jku="https://evil.test/jwks"), id="jku"),
        pytest.param(lambda header, claims: header.update(x5u="https://evil.test/cert"), id="x5u"),
        pytest.param(lambda header, claims: header.update(crit=["exp"]), id="crit"),
        pytest.param(lambda header, claims: header.update(b64=False, crit=["b64"]), id="b64"),
    ],
)
async def test_a_signed_token_that_is_not_quite_ours_is_refused(
    tokens: AccessTokens, ring: KeyRing, change: Change
) -> None:
    """Signed with the right key, and still not the token that this service issues."""
    header, claims = parts(await tokens.issue(ADA, SESSION))
    change(header, claims)
    key = await ring.signing()
    assert key.private is not None
    await refuse(tokens, sign(header, claims, key.private))


async def test_the_same_token_without_the_change_is_taken(tokens: AccessTokens, ring: KeyRing) -> None:
    """So the refusals above are for the change and nothing else."""
    header, claims = parts(await tokens.issue(ADA, SESSION))
    key = await ring.signing()
    assert key.private is not None
    assert (await tokens.verify(sign(header, claims, key.private))).user_id == ADA


async def test_every_confusion_of_keys_and_algorithms_is_refused(tokens: AccessTokens, ring: KeyRing) -> None:
    """`none`, a MAC with the public key as its secret, another key under our id, a key in the header."""
    header, claims = parts(await tokens.issue(ADA, SESSION))
    key = await ring.signing()
    own = ECKey.generate_key("P-256")
    content = f"{write({**header, 'alg': 'HS256'})}.{write(claims)}"
    mac = hmac.digest(key.public.as_pem(private=False), content.encode(), "sha256")
    unsigned = {**header, "alg": "none"}
    forged = [
        f"{write(unsigned)}.{write(claims)}.",
        f"{write(unsigned)}.{write(claims)}.AAAA",
        f"{write({**header, 'alg': 'NonE'})}.{write(claims)}.AAAA",
        f"{content}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}",
        jwt.encode({**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048), ["RS256"]),
        sign(header, claims, own),
        sign({**header, "jwk": own.as_dict(private=False)}, claims, own),
        f"{write(header)}.{write(claims)}.{'A' * 86}",
    ]
    for token in forged:
        await refuse(tokens, token)


async def test_a_changed_token_is_refused(tokens: AccessTokens) -> None:
    """Whichever of its three parts was changed."""
    good = (await tokens.issue(ADA, SESSION)).split(".")
    for at in range(3):
        middle = len(good[at]) // 2
        other = "A" if good[at][middle] != "A" else "B"
        changed = [*good]
        changed[at] = good[at][:middle] + other + good[at][middle + 1 :]
        await refuse(tokens, ".".join(changed))


async def test_a_huge_token_is_not_even_parsed(tokens: AccessTokens) -> None:
    """Nothing beyond the cap is looked at."""
    await refuse(tokens, "a" * MAX_TOKEN + ".b.c")
    await refuse(tokens, "a." * 5_000_000)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(),
        st.from_regex(r"[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}"),
        st.builds(
            lambda header, claims: f"{write(header)}.{write(claims)}.AAAA",
            st.one_of(
                st.fixed_dictionaries({"alg": st.just("ES256"), "typ": st.just("at+jwt"), "kid": st.text()}),
                st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each)),
            ),
            st.dictionaries(st.text(), st.integers()),
        ),
    )
)
async def test_no_text_is_anything_but_refused(tokens: AccessTokens, text: str) -> None:
    """Whatever it is, the answer is a 401, never a failure."""
    await refuse(tokens, text)
