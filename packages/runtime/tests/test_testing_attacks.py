"""Known attacks: a service of ours withstands them all, and a careless one is told each of its holes."""

from typing import Any

import httpx2
import pytest
from backwright.accounts import Account
from backwright.testing import TestService, withstands
from backwright.testing_attacks import ATTACKS, succeeding
from backwright.testing_targets import Target
from castle import Role, castle
from fastapi import FastAPI, Request
from joserfc.jwk import ECKey
from starlette.responses import JSONResponse, PlainTextResponse, Response


async def test_a_service_withstands_every_attack(engine: str, user_class: type[Account]) -> None:
    """Every operation that its document names, on each engine."""
    async with TestService(castle, engine=engine) as service:
        assert await withstands(service, Role.ADMIN, *Role) == len(ATTACKS)


async def test_no_attack_is_spared(user_class: type[Account]) -> None:
    """A hole in one place is found there: a route that tells too much beside all that do not."""
    async with TestService(castle) as service:
        service.app.openapi_schema = None
        described = service.app.openapi()["paths"]["/towers"]["get"]
        (limit,) = [each for each in described["parameters"] if each["name"] == "limit"]
        limit["schema"]["maximum"] = 50  # it takes 100: more than it says
        with pytest.raises(AssertionError, match=r"without_bounds: GET /towers gives a page of 51"):
            await withstands(service, Role.ADMIN, *Role)


# A careless service, written with the framework alone.

ADA = "ada@example.com"
KEY = ECKey.generate_key("P-256", {"kid": "only"})
careless = FastAPI()


def described(**more: Any) -> dict[str, Any]:
    """An operation that says that it needs a caller."""
    return {"security": [{"bearer": []}], **more}


BODY = {
    "content": {
        "application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
    }
}
LOGIN = {"content": {"application/json": {"schema": {"properties": {"email": {}, "password": {}}}}}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}
DOCUMENT = {
    "paths": {
        "/things": {"get": described(parameters=[LIMIT]), "post": described(requestBody=BODY)},
        "/things/{id}": {"get": described()},
        "/users": {"post": described(requestBody=BODY)},
        "/auth/login": {"post": {"requestBody": LOGIN}},
    }
}


@careless.api_route("/{rest:path}", methods=["GET", "POST"])
async def anything(request: Request, rest: str) -> Response:
    """Asks nobody who they are, believes every header, and shows its insides to whoever asks for them."""
    if rest == ".well-known/jwks.json":
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})
    if rest == "auth/login" and ADA.encode() in await request.body():
        return JSONResponse({"detail": "The password is wrong."}, 401)
    if request.headers.get("X-HTTP-Method-Override") == "DELETE":
        return Response(status_code=204)
    if "'" in str(request.url) or "%27" in str(request.url):
        return PlainTextResponse("Traceback (most recent call last)", 500)
    headers = {"access-control-allow-origin": request.headers.get("origin", "*")}
    return PlainTextResponse('{"items": [{"id": "1"}]}', 200, headers)


async def test_a_careless_service_is_told_each_of_its_holes() -> None:
    """Each attack succeeds against a service that does not defend itself; it need not be one of ours."""
    from joserfc import jwt

    token = jwt.encode({"alg": "ES256", "kid": "only"}, {"sub": "1", "exp": 4_000_000_000}, KEY, ["ES256"])
    transport = httpx2.ASGITransport(app=careless)
    bearer = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://careless") as anonymous,
        httpx2.AsyncClient(transport=transport, base_url="http://careless", headers=bearer) as caller,
    ):
        target = Target(DOCUMENT, anonymous, {"admin": caller, "guest": caller}, "admin", ADA)
        found = [said async for said in succeeding(target)]
    assert {said.partition(":")[0] for said in found} == {attack.__name__ for attack in ATTACKS}
    for hole in (
        "not_signed_in: GET /things answers 200",
        "with_a_forged_token: GET /things answers 200 to a forged token: no signature",
        "as_an_administrator: POST /users answers 200 to guest",
        "by_mass_assignment: POST /things answers 200",
        "without_bounds: GET /things gives a page of 101",
        "without_bounds: POST /things answers 200 to a compressed body",
        "by_odd_headers: GET /things/{id} answers 204 with odd headers, 200 without",
        "by_odd_headers: GET /things may be read from null",
        "by_odd_headers: GET /things is answered under any host",
        "by_hostile_text: GET /things answers 500 with ['Traceback']",
        "by_asking_who_is_here: POST /auth/login tells who has an account",
        "by_asking_who_is_here: POST /auth/login may be kept by a cache",
    ):
        assert any(said.startswith(hole) for said in found), hole
