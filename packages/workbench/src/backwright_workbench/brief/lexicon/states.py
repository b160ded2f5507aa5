"""Verbs of states, and sentences about moves between states.

What lives here: tables and patterns, as data. What must not: code that reads them (`states.py`).
"""

import re

STATE_VERBS = {
    "in_progress": "start",
    "started": "start",
    "active": "activate",
    "inactive": "deactivate",
    "done": "complete",
    "completed": "complete",
    "finished": "finish",
    "closed": "close",
    "open": "reopen",
    "reopened": "reopen",
    "cancelled": "cancel",
    "canceled": "cancel",
    "paid": "pay",
    "shipped": "ship",
    "delivered": "deliver",
    "approved": "approve",
    "rejected": "reject",
    "submitted": "submit",
    "published": "publish",
    "archived": "archive",
    "confirmed": "confirm",
    "sent": "send",
    "assigned": "assign",
    "resolved": "resolve",
    "accepted": "accept",
    "declined": "decline",
    "returned": "return_item",
    "refunded": "refund",
    "on_hold": "hold",
    "in_review": "submit_for_review",
    "review": "submit_for_review",
    "under_review": "submit_for_review",
    "draft": "back_to_draft",
    "pending": "back_to_pending",
    "checked_in": "check_in",
    "checked_out": "check_out",
    "expired": "expire",
    "processing": "process",
    "packed": "pack",
    "scheduled": "schedule",
    "verified": "verify",
    "won": "win",
    "lost": "lose",
    "qualified": "qualify",
    "ready": "make_ready",
    "received": "receive",
    "preparing": "prepare",
    "served": "serve",
    "picked": "pick",
    "in_transit": "dispatch",
    "overdue": "mark_overdue",
    "blocked": "block",
    "suspended": "suspend",
    "signed": "sign",
    "issued": "issue",
    "no_show": "mark_no_show",
    "todo": "back_to_todo",
}
UNTIL = re.compile(
    r"(?<!\S)(?:can|may) (?:only )?be (?P<to>[a-z]+(?: [a-z]+)??) (?:until|unless|before"
    r"|as long as|while not|if not|up to)(?: (?:it|they|the|is|are|being|has|have|been"
    r"|status|not|yet|\w+ (?:is|are)))* (?P<stop>[a-z]+(?: [a-z]+)?)(?!\S)"
)
WHEN = re.compile(
    r"(?<!\S)(?:can|may) (?:only )?be (?P<to>[a-z]+(?: [a-z]+)??) (?:when|if|once|after"
    r"|while|from|only when|only if)(?: (?:it|they|the|is|are|being|has|have|been|status"
    r"|in|still|\w+ (?:is|are)))* (?P<at>[a-z]+(?: [a-z]+)?)(?!\S)"
)
FROM_TO = re.compile(
    r"(?<!\S)(?:goes?|moves?|progress(?:es)?|transitions?|changes?|flows?|runs?|from)(?: "
    r"(?:through|from|the|states|statuses))* (?P<steps>[a-z]+(?: [a-z]+)?(?:(?: ,)?(?: and"
    r"| then)? to [a-z]+(?: [a-z]+)??)+)(?= ?(?:$|\.|,|;|and|when))"
)
ARROWS = re.compile(
    r"(?<!\S)[a-z]+(?: [a-z]+)?(?: (?:/|or) [a-z]+(?: [a-z]+)?)*(?: → [a-z]+(?: "
    r"[a-z]+)?(?: (?:/|or) [a-z]+(?: [a-z]+)?)*)+(?!\S)"
)
