"""Actors: who is asking, as a value."""

from uuid import uuid4

import pytest
from backwright.actor import ANONYMOUS, PUBLIC, SIGNED_IN, SYSTEM, Actor, signed_in


def test_everybody_is_public_and_some_are_signed_in() -> None:
    """Granted roles come with the two that need no grant."""
    id_ = uuid4()
    actor = signed_in(id_, frozenset({"clerk"}))
    assert actor.roles == {"clerk", PUBLIC, SIGNED_IN}
    assert not actor.is_anonymous
    assert ANONYMOUS.roles == {PUBLIC}
    assert ANONYMOUS.is_anonymous


def test_the_system_is_nobody_in_particular_and_not_anonymous() -> None:
    """A command on the server has no account, and no roles either."""
    assert SYSTEM.id is None
    assert not SYSTEM.is_anonymous
    assert SYSTEM.roles == frozenset()


def test_an_actor_never_changes() -> None:
    """It is decided once, when the credential is verified."""
    with pytest.raises(AttributeError):
        Actor(None).id = uuid4()  # type: ignore[misc]
