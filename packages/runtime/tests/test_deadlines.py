"""A task that is late is cancelled, once; whoever else cancels it is not mistaken for its deadline."""

import asyncio

import pytest
from backwright.deadlines import Deadlines


async def late(deadlines: Deadlines, seconds: float, work: float = 30.0) -> bool:
    """Sleep under a deadline: whether it came."""
    deadline, came = deadlines.begin(seconds), False
    try:
        try:
            await asyncio.sleep(work)
        finally:
            came = deadlines.end(deadline)
    except asyncio.CancelledError:
        if not came:
            raise
    return came


async def test_each_task_ends_at_its_own_time() -> None:
    """Also one with a shorter time that began later, and the task can go on afterwards."""
    deadlines = Deadlines()
    found = await asyncio.gather(
        late(deadlines, 25.0, work=0.05), late(deadlines, 0.02), late(deadlines, 0.01)
    )
    assert found == [False, True, True]
    task = asyncio.current_task()
    assert task is not None
    assert await late(deadlines, 0.01)
    assert task.cancelling() == 0


async def test_a_deadline_can_be_moved() -> None:
    """An answer under way may take its time; the others keep theirs."""
    deadlines = Deadlines()
    deadline = deadlines.begin(0.01)
    deadline.at = float("inf")
    await asyncio.sleep(0.05)
    assert not deadlines.end(deadline)
    assert await late(deadlines, 0.01)


async def test_a_cancellation_by_somebody_else_goes_on() -> None:
    """As when the server stops: before the deadline, and together with it."""
    deadlines = Deadlines()
    task = asyncio.create_task(late(deadlines, 30.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_an_application_may_be_started_in_another_loop() -> None:
    """A timer of a loop that is closed never rings."""
    deadlines = Deadlines()
    assert asyncio.run(late(deadlines, 30.0, work=0.0)) is False
    assert asyncio.run(late(deadlines, 0.01)) is True
