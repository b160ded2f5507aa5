"""Does a service keep its own contract? Generated requests against its OpenAPI document, in process.

What lives here: the run. What must not: the document, and any exception for a single service. Requests are
made up once (`testing_cases.py`) and sent by several callers, each of whom tries each operation. Every answer is held
against the document: status, media type, schema, headers, no server error, no acceptance of wrong data, no ignored
authentication.
"""

from typing import TYPE_CHECKING, Any, Final

import httpx2

from backwright.testing_aims import Aims
from backwright.testing_cases import Operation, fault, operations, request

if TYPE_CHECKING:
    from uuid import UUID

    from backwright.testing import TestService

EXAMPLES: Final = 5
"""Requests for each operation, right ones, and as many wrong ones."""

CONFLICT: Final = 409
"""A row in a state in which the action may not be called, say: the next one is tried."""


async def conforms(service: "TestService", *roles: str, examples: int = EXAMPLES) -> frozenset[str]:
    """Raise `AssertionError` with all that the answers to generated requests break, operation by operation.

    The callers have these roles, one each. The first, which should be the one that may do most, sends all right
    requests, the others one for each operation. What right requests need is there: a row of each resource, in each
    state for actions, ids that lead to them, true files. Returns the operations that have accepted something, such as
    `GET /work-orders`.
    """
    run = _Run(service, {role: await service.account(role) for role in dict.fromkeys(roles)})
    for operation in operations(service.app.openapi(), examples):
        await run.try_out(operation)
    assert not run.faults, "\n\n".join(run.faults)
    return frozenset(run.accepted)


class _Run:
    """The callers of one run, and what has come of it."""

    def __init__(self, service: "TestService", accounts: "dict[str, UUID]") -> None:
        self._service = service
        self._accounts = accounts
        self._aims = Aims(service)
        self.faults: list[str] = []
        self.accepted: set[str] = set()

    async def try_out(self, operation: Operation) -> None:
        """Send everything that was made up for one operation. Callers sign in anew: it may have signed them out."""
        callers = {role: await self._service.sign_in(each) for role, each in self._accounts.items()}
        (first, helper), *others = callers.items()
        for number, case in enumerate(operation.right):
            body = case.body
            for role, caller in ((first, helper), *others[number :: len(operation.right)]):
                case.body = await self._aims.body(operation, body)
                await self._aimed(operation, case, role, caller, helper)
        for number, case in enumerate(operation.wrong):
            role, caller = list(callers.items())[number % len(callers)]
            self._judge(operation, case, await _answer(case, caller), role, is_right=False)
        if operation.is_closed:
            await self._turned_away(operation)

    async def _aimed(
        self,
        operation: Operation,
        case: Any,
        role: str,
        caller: httpx2.AsyncClient,
        helper: httpx2.AsyncClient,
    ) -> None:
        async for parameters in self._aims.of(operation, helper):
            case.path_parameters = {**case.path_parameters, **parameters}
            answer = await _answer(case, caller, self._aims.file(operation))
            self._judge(operation, case, answer, role, is_right=True)
            if answer.status_code != CONFLICT:
                break

    async def _turned_away(self, operation: Operation) -> None:
        """Somebody who is not signed in gets nowhere."""
        for case in (*operation.right[:1], *operation.wrong[:1]):
            answer = await _answer(case, self._service.anonymous)
            if answer.status_code < 400:
                said = f"answers {answer.status_code} to somebody who is not signed in"
                self.faults.append(f"{operation}: {said}")

    def _judge(
        self, operation: Operation, case: Any, answer: httpx2.Response, role: str, *, is_right: bool
    ) -> None:
        if answer.status_code < 300:
            self.accepted.add(str(operation))
        found = fault(case, answer, is_right=is_right)
        if found:
            self.faults.append(f"{operation} as {role}: {found}")


async def _answer(
    case: Any, caller: httpx2.AsyncClient, file: tuple[str, bytes, str] | None = None
) -> httpx2.Response:
    """The answer to a request. With a true file, that is sent in the place of the body that was made up."""
    if file is None:
        return await caller.request(**request(case, str(caller.base_url)))
    answer = await caller.post(case.formatted_path, files={"file": file})
    await answer.request.aread()
    return answer
