"""States and the moves between them.

What lives here: chains of states in words and arrows, and the actions that make the moves. What must not: the values of
other fields.
"""

import re
from collections.abc import Mapping

from backwright_workbench.blueprint.checks.actions import RESERVED_ACTIONS
from backwright_workbench.blueprint.model import Action, States
from backwright_workbench.brief.values import values_in

_VERBS = {
    "in_progress": "start", "started": "start", "active": "activate", "inactive": "deactivate", "done": "complete", "completed": "complete",
    "finished": "finish", "closed": "close", "open": "reopen", "reopened": "reopen", "cancelled": "cancel", "canceled": "cancel", "paid": "pay",
    "shipped": "ship", "delivered": "deliver", "approved": "approve", "rejected": "reject", "submitted": "submit", "published": "publish",
    "archived": "archive", "confirmed": "confirm", "sent": "send", "assigned": "assign", "resolved": "resolve", "accepted": "accept",
    "declined": "decline", "returned": "return_item", "refunded": "refund", "on_hold": "hold", "in_review": "submit_for_review",
    "review": "submit_for_review", "under_review": "submit_for_review", "draft": "back_to_draft", "pending": "back_to_pending",
    "checked_in": "check_in", "checked_out": "check_out", "expired": "expire", "processing": "process", "packed": "pack",
    "scheduled": "schedule", "verified": "verify", "won": "win", "lost": "lose", "qualified": "qualify", "ready": "make_ready",
    "received": "receive", "preparing": "prepare", "served": "serve", "picked": "pick", "in_transit": "dispatch", "overdue": "mark_overdue",
    "blocked": "block", "suspended": "suspend", "signed": "sign", "issued": "issue", "no_show": "mark_no_show", "todo": "back_to_todo",
}  # fmt: skip


def chain(field: str, text: str, values: tuple[str, ...]) -> States:
    """The moves along the arrows of a text: each state to the next; a branch (`a → b / c → d`) to each of its states."""
    steps = [_branch(step, values) for step in text.split("→")]
    moves: dict[str, tuple[str, ...]] = {}
    for here, there in zip(steps, steps[1:], strict=False):
        for state in here:
            add = tuple(s for s in there if s != state)
            if add:
                moves[state] = tuple(dict.fromkeys((*moves.get(state, ()), *add)))
    return States(field=field, moves=moves)


def _branch(step: str, values: tuple[str, ...]) -> tuple[str, ...]:
    words = "_".join(re.findall(r"[a-z0-9]+", step))
    if words in values:
        return (words,)
    found = [value for value in values_in(step) or () if value in values]
    return tuple(found) or tuple(value for value in values if re.search(rf"(?<![a-z]){value}(?![a-z])", words))[-1:]


def actions_for(states: States, default: str, usual: Mapping[str, Action]) -> dict[str, Action]:
    """An action for every state that can be reached; those that are usual keep their names and fields."""
    reached = dict.fromkeys(state for targets in states.moves.values() for state in targets)
    actions = {name: action for name, action in usual.items() if action.to is None or action.to in reached}
    for state in reached:
        if any(action.to == state for action in actions.values()):
            continue
        verb = _verb(state)
        name = verb if verb not in RESERVED_ACTIONS and verb not in actions else f"mark_{state}"
        actions[name] = Action(to=state, description=f"Move to {state.replace('_', ' ')}.")
    return actions


def _verb(state: str) -> str:
    if state in _VERBS:
        return _VERBS[state]
    return f"mark_{state}"
