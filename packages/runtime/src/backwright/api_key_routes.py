"""API keys and service accounts over HTTP: bodies in, use cases called, answers out.

What must not live here: any decision, but for who may call what. No key reaches these routes (`callers.py`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from starlette.routing import BaseRoute

from backwright.account_answers import json_answer
from backwright.actor import Actor
from backwright.api_key_bodies import (
    KeyBody,
    KeysView,
    NewKeyView,
    OwnKeyBody,
    OwnRotationBody,
    RotationBody,
    ServiceAccountBody,
    ServiceAccountsView,
    ServiceAccountView,
)
from backwright.api_key_request import KeyRequest
from backwright.api_keys import NewKey
from backwright.callers import current_actor, require

if TYPE_CHECKING:
    from backwright.api_key_access import KeyAccess

Caller = Annotated[Actor, Depends(current_actor)]
KEYS, MACHINES = "/auth/api-keys", "/auth/service-accounts"


def api_key_routes(access: "KeyAccess") -> Sequence[BaseRoute]:
    """The routes, bound to the accounts of one service."""
    own, router = OwnKeyRoutes(access), APIRouter(tags=["auth"])
    nothing: dict[str, Any] = {"status_code": 204, "response_class": Response}
    made: dict[str, Any] = {
        "status_code": 201,
        "response_model": NewKeyView,
        "responses": {409: {"$ref": "#/components/responses/Conflict"}},
    }
    add = router.add_api_route
    add(KEYS, own.list, methods=["GET"], response_model=KeysView)
    add(KEYS, own.create, methods=["POST"], **made)
    add(KEYS + "/{key_id}/rotate", own.rotate, methods=["POST"], **made)
    add(KEYS + "/{key_id}", own.revoke, methods=["DELETE"], **nothing)
    of_all = AdministeredKeyRoutes(access)
    closed: dict[str, Any] = {"dependencies": [Depends(require(access.admin))]}
    one = "/users/{user_id}/api-keys"
    add(KEYS + "/all", of_all.list_all, methods=["GET"], response_model=KeysView, **closed)
    add(one, of_all.list, methods=["GET"], response_model=KeysView, **closed)
    add(one, of_all.create, methods=["POST"], **made, **closed)
    add(one + "/{key_id}/rotate", of_all.rotate, methods=["POST"], **made, **closed)
    add(one + "/{key_id}", of_all.revoke, methods=["DELETE"], **nothing, **closed)
    machines = ServiceAccountRoutes(access)
    add(MACHINES, machines.list, methods=["GET"], response_model=ServiceAccountsView, **closed)
    machine = {**made, "response_model": ServiceAccountView}
    add(MACHINES, machines.create, methods=["POST"], **machine, **closed)
    return router.routes


class OwnKeyRoutes:
    """The keys of the caller. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, access: "KeyAccess") -> None:
        self._access = access

    async def list(self, actor: Caller) -> Response:
        """List my API keys"""
        assert actor.id is not None, "whoever is signed in has an account"
        return json_answer({"items": await self._access.keys.list(actor.id)})

    async def create(self, body: OwnKeyBody, actor: Caller) -> Response:
        """Make an API key

        The key acts as you, with those of your roles that its scopes name. It is shown this once.
        """
        wanted = KeyRequest(body.name, tuple(body.scopes), body.expires_in_days, tuple(body.networks))
        return new_key(await self._access.create(actor, body.current_password, wanted))

    async def rotate(self, key_id: UUID, body: OwnRotationBody, actor: Caller) -> Response:
        """Replace an API key

        The new key is shown this once. The old one goes on for `grace_hours`.
        """
        return new_key(await self._access.rotate(actor, body.current_password, key_id, body.grace_hours))

    async def revoke(self, key_id: UUID, actor: Caller) -> Response:
        """Revoke an API key

        It stops at once in this process, and within 10 seconds in all others.
        """
        await self._access.keys.revoke(key_id, actor.id)
        return Response(status_code=204)


class AdministeredKeyRoutes:
    """The keys of all accounts, for administrators."""

    def __init__(self, access: "KeyAccess") -> None:
        self._access = access

    async def list_all(self) -> Response:
        """List the API keys of all accounts"""
        return json_answer({"items": await self._access.keys.list()})

    async def list(self, user_id: UUID) -> Response:
        """List the API keys of an account"""
        await self._access.require_managed(user_id)
        return json_answer({"items": await self._access.keys.list(user_id)})

    async def create(self, user_id: UUID, body: KeyBody) -> Response:
        """Make an API key for a service account

        People make their own: a key that somebody else has made would act in their name. It is shown this once.
        """
        await self._access.require_machine(user_id)
        wanted = KeyRequest(
            body.name, tuple(body.scopes), body.expires_in_days, tuple(body.networks), body.rate
        )
        return new_key(await self._access.keys.create(user_id, wanted))

    async def rotate(self, user_id: UUID, key_id: UUID, body: RotationBody) -> Response:
        """Replace an API key of a service account

        The new key is shown this once. The old one goes on for `grace_hours`.
        """
        await self._access.require_machine(user_id)
        return new_key(await self._access.keys.rotate(user_id, key_id, body.grace_hours))

    async def revoke(self, user_id: UUID, key_id: UUID) -> Response:
        """Revoke an API key of an account"""
        await self._access.require_managed(user_id)
        await self._access.keys.revoke(key_id, user_id)
        return Response(status_code=204)


class ServiceAccountRoutes:
    """Accounts for machines, for administrators."""

    def __init__(self, access: "KeyAccess") -> None:
        self._access = access

    async def list(self) -> Response:
        """List the service accounts"""
        return json_answer({"items": await self._access.service_accounts.list()})

    async def create(self, body: ServiceAccountBody) -> Response:
        """Make a service account

        An account for a machine: without a password, a mailbox or a login. Give it keys under
        `/users/{user_id}/api-keys`; change its roles or close it under `/users/{user_id}`.
        """
        return json_answer(await self._access.service_accounts.create(body.name, body.roles), status=201)


def new_key(made: NewKey) -> Response:
    """The answer with a key in it; no cache keeps it."""
    return json_answer({**made.row, "key": made.text}, status=201)
