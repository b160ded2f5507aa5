"""What single steps of a request cost in the work-order service, in its own process. Run where the service is.

Prints JSON: one object for each step with microseconds, the median of batches.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable

from backwright.access import Operation
from backwright.actor import signed_in
from backwright.audit_sealer import sealer
from backwright.entity import new_id
from backwright.runtime import Runtime
from sqlalchemy import select
from work_orders.assets.models import Asset
from work_orders.main import create_app
from work_orders.work_orders.models import WorkOrder

BATCHES = 25
EACH = 2_000
ROUNDS = 7
WRITES = 1_000
"""Writes between two seals: those of ten seconds of a service with a hundred writes a second. Each seal looks again at
all entries of about a minute."""

WRITE = "a create of a work order with its audit entry, without HTTP"
SEALED = "sealing that entry afterwards"
SHARE = 0.1
"""Of a write, what sealing may add."""

ONE_ASSET = select(Asset.id).limit(1)
AT_MOST = {
    "a token that was seen a moment ago": 25.0,
    "may this caller read, and what": 5.0,
    "may this caller change this field": 5.0,
}
"""Microseconds that a step may take; the others are told for comparison."""


def microseconds(step: Callable[[], object], each: int = EACH) -> float:
    """Processor time of one step: the median of batches."""
    found = []
    for _ in range(BATCHES):
        before = time.process_time()
        for _ in range(each):
            step()
        found.append((time.process_time() - before) / each * 1e6)
    return statistics.median(found)


def steps(runtime: Runtime, header: bytes, loop: asyncio.AbstractEventLoop) -> dict[str, float]:
    """Each step by its name."""
    accounts, orders = runtime.accounts, runtime.resources[WorkOrder]
    assert accounts is not None
    authenticator, text = accounts._authenticator, header.decode()
    actor = loop.run_until_complete(authenticator.authenticate(text))

    def anew() -> None:
        authenticator._entries.clear()
        loop.run_until_complete(authenticator.authenticate(text))

    return {
        "a token that was seen a moment ago": microseconds(lambda: authenticator.known(header)),
        "a token that was never seen: signature, session, account, roles": microseconds(anew, 100),
        "may this caller read, and what": microseconds(lambda: orders.view(actor.roles)),
        "may this caller change this field": microseconds(
            lambda: orders.writer(actor.roles).grants(Operation.UPDATE, ("notes",))
        ),
    }


def audited(runtime: Runtime, loop: asyncio.AbstractEventLoop) -> dict[str, float]:
    """A write, and what sealing its entry of the audit log takes afterwards."""
    orders, found = runtime.resources[WorkOrder], sealer(runtime)
    [(asset,)] = loop.run_until_complete(runtime.database.fetch(runtime.database.prepare(ONE_ASSET)))
    admin = signed_in(new_id(), frozenset({"admin"}))

    async def create() -> None:
        values = {"title": "Pump leaks", "asset_id": asset, "description": "Water under the pump"}
        await runtime.database.grouped(lambda work: orders.service(admin, work).create(dict(values)))

    async def seal() -> None:
        while await found.seal() is not None:
            pass

    loop.run_until_complete(seal())
    writes, seals = [], []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(WRITES):
            loop.run_until_complete(create())
        between = time.process_time()
        loop.run_until_complete(seal())
        writes.append((between - before) / WRITES * 1e6)
        seals.append((time.process_time() - between) / WRITES * 1e6)
    return {WRITE: statistics.median(writes), SEALED: statistics.median(seals)}


def main() -> None:
    """Sign in as each kind of caller there is a rule for, and measure."""
    app, loop = create_app(), asyncio.new_event_loop()
    context = app.router.lifespan_context(app)
    loop.run_until_complete(context.__aenter__())
    runtime: Runtime = app.state.runtime
    assert runtime.accounts is not None
    signing_in = runtime.accounts.sign_in("technician@example.com", sys.argv[1])
    tokens = loop.run_until_complete(signing_in)
    found = steps(runtime, f"Bearer {tokens.access_token}".encode(), loop)
    found |= audited(runtime, loop)
    AT_MOST[SEALED] = found[WRITE] * SHARE
    loop.run_until_complete(context.__aexit__(None, None, None))
    print(
        json.dumps(
            [
                {
                    "step": name,
                    "cpu_us": round(cost, 2),
                    "at_most": round(AT_MOST[name], 1) if name in AT_MOST else None,
                    "met": name not in AT_MOST or cost < AT_MOST[name],
                }
                for name, cost in found.items()
            ]
        )
    )


if __name__ == "__main__":
    main()
