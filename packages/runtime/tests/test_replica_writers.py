"""Nobody is answered from a replica that may not have what they wrote, however many write."""

from uuid import uuid4

import pytest
from backwright import replica_writers
from backwright.replica_writers import Writers

ADA, BOB = uuid4(), uuid4()


def test_a_writer_waits_until_the_turn_of_the_write_is_reached() -> None:
    """Others do not wait, and a write in a later turn waits for that one."""
    writers = Writers()
    writers.add(ADA)
    assert not writers.may_read(ADA)
    assert writers.may_read(BOB)
    first = writers.end_turn()
    writers.add(BOB)
    writers.reach(first)
    assert writers.may_read(ADA)
    assert not writers.may_read(BOB)
    writers.reach(writers.end_turn())
    assert writers.may_read(BOB)


def test_the_last_write_counts() -> None:
    """Whoever writes again while an earlier write is on its way waits for the later one."""
    writers = Writers()
    writers.add(ADA)
    first = writers.end_turn()
    writers.add(ADA)
    writers.reach(first)
    assert not writers.may_read(ADA)
    writers.reach(writers.end_turn())
    assert writers.may_read(ADA)
    assert len(writers) == 0


def test_all_who_are_not_signed_in_are_one_writer() -> None:
    """They cannot be told apart: what one of them writes, all of them wait for."""
    writers = Writers()
    writers.add(None)
    assert not writers.may_read(None)
    assert writers.may_read(ADA)


def test_when_writes_may_have_been_missed_everybody_waits() -> None:
    """For a turn that ends after it; one that was under way proves nothing."""
    writers = Writers()
    early = writers.end_turn()
    writers.add_everybody()
    writers.reach(early)
    assert not writers.may_read(BOB)
    writers.reach(writers.end_turn())
    assert writers.may_read(BOB)


def test_a_writer_who_is_no_longer_remembered_is_not_served_older_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever falls out makes everybody wait, until the replica has what the forgotten one wrote."""
    monkeypatch.setattr(replica_writers, "MAX_WRITERS", 3)
    writers = Writers()
    forgotten = [uuid4() for _ in range(2)]
    for each in forgotten:
        writers.add(each)
    first = writers.end_turn()
    remembered = [uuid4() for _ in range(3)]
    for each in remembered:
        writers.add(each)
    assert len(writers) == 3
    assert not any(writers.may_read(each) for each in (*forgotten, *remembered, BOB))
    writers.reach(first)
    assert all(writers.may_read(each) for each in (*forgotten, BOB))
    assert not any(writers.may_read(each) for each in remembered)
