"""Verbs of states, and sentences about moves between states.

What lives here: tables and patterns, as data. What must not: code that reads them (`states.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

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
    "live": "launch",
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
    "running": "start",
    "under_way": "start",
    "ongoing": "start",
    "doing": "start",
    "out_for_delivery": "dispatch",
    "on_the_way": "dispatch",
    "withdrawn": "withdraw",
    "new": "back_to_new",
    "available": "make_available",
    "unavailable": "make_unavailable",
    "late": "mark_late",
    "absent": "mark_absent",
    "sold_out": "mark_sold_out",
}
PARTICIPLES = {
    "added": "add",
    "begun": "begin",
    "bought": "buy",
    "brought": "bring",
    "broken": "break",
    "built": "build",
    "cancelled": "cancel",
    "canceled": "cancel",
    "chosen": "choose",
    "controlled": "control",
    "done": "do",
    "drawn": "draw",
    "driven": "drive",
    "enrolled": "enrol",
    "found": "find",
    "frozen": "freeze",
    "given": "give",
    "held": "hold",
    "kept": "keep",
    "labelled": "label",
    "left": "leave",
    "lent": "lend",
    "lost": "lose",
    "made": "make",
    "met": "meet",
    "modelled": "model",
    "paid": "pay",
    "put": "put",
    "read": "read",
    "seen": "see",
    "sent": "send",
    "set": "set",
    "sold": "sell",
    "spent": "spend",
    "split": "split",
    "taken": "take",
    "taught": "teach",
    "told": "tell",
    "travelled": "travel",
    "withdrawn": "withdraw",
    "won": "win",
    "written": "write",
}
"""Participles that no rule gives the verb of."""

NO_VERB = word_set("unpaid unassigned unsold limited needed interested tired red bed")
"""States that only look like participles."""

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
    r"| then)? to [a-z]+(?: [a-z]+)??(?: or [a-z]+(?: [a-z]+)??)?)+)(?= ?(?:$|\.|,|;|and|when))"
)
_STATE = (
    r"[a-z]+(?: (?!(?:by|when|if|after|once|until|only|who|on|with|through|via|is|are|or"
    r"|automatically)(?!\S))[a-z]+)?"
)
_STATES = rf"{_STATE}(?: (?:/|or) {_STATE})*"
_LEADS = r"(?!(?:go|goes|move|moves|run|runs|pass|passes|flow|flows|from|through|status|states|is|are)(?!\S))"
ARROWS = re.compile(rf"(?<!\S){_LEADS}{_STATES}(?: → {_STATES})+(?!\S)")
ONLY_TO = re.compile(rf"(?<!\S)(?<=\( )→ (?P<to>{_STATE})(?= \))")
"""A move that names no state that it leaves: `(→ withdrawn)`."""
BY = re.compile(rf"(?<!\S)→ (?P<states>{_STATES}) (?:only )?(?:by|\( ?by) (?:the |a |an |only )*(?=[a-z])")
"""Who makes a move: `submitted → approved by the chair`."""

BY_BRACKET = re.compile(rf"(?<!\S)→ (?P<states>{_STATES}) \( (?:only |the |an? )*(?!by(?!\S))(?=[a-z])")
"""Who makes a move, in brackets: `submitted → approved (chair)`."""
OR_ELSE = re.compile(
    rf"(?:,|;)? ?(?:or|else|otherwise|alternatively) (?:(?:it|they) )?(?:(?:is|are|gets?|becomes?|can be|may be) )?"
    rf"(?P<states>{_STATES})(?= ?(?:$|\.|,|;|\)|when|if|and|by))"
)
"""How else a course may end: `requested → confirmed → done, or cancelled`."""
_STEP = (
    r"(?!(?:then|finally|it|they|and|or|the|an?|later|next|is|are)(?!\S))[a-z]+"
    r"(?: (?!(?:then|finally|later|next|and|or|by|when|if|after|once|until|with|who|is|are|it|they|at|in"
    r"|to|the)(?!\S))[a-z]+)?"
)
_BECOMES = r"(?: (?:it|they))?(?: (?:is|are|becomes?|gets?|turns?|(?:goes|go|moves?) (?:to|into)))?(?: (?:an?|in|to))?"
_THEN = (
    rf"(?: ,| and| ;)*{_BECOMES} (?:then|finally|afterwards|later|next|at last|in the end)(?: on)?{_BECOMES} "
)
TOLD = re.compile(
    r"(?<!\S)(?:(?:is|are) (?:at )?(?:first|initially)|(?:at )?first|initially|(?:starts?|begins?)(?: out| off| life)?"
    r"|(?:is|are) (?:created|entered|opened) as)(?: (?:an?|as|in|with|at|is|are|,))* "
    rf"(?P<steps>{_STEP}(?: or {_STEP})*(?:{_THEN}{_STEP}(?: or {_STEP})*)+)(?= ?(?:$|\.|,|;|\)|or|when|if|and))"
)
"""A course of events as people tell it: `is first wet, then dry, then sold`, `starts out as new, then becomes …`."""
THEN = re.compile(_THEN)
MOVES_LABEL = re.compile(
    r"^(?:allowed |possible |valid |the )*(?:status |state )?(?:transitions?|moves|workflow|lifecycle|flow)(?!\S)"
)
"""What stands before moves that name nothing that moves: it is what was spoken of last."""

LISTED_FOR = re.compile(
    rf"(?<!\S)(?P<values>{_STATE}(?: (?:/|,|\|) {_STATE})+(?: (?:, )?(?:or|and|/) {_STATE})?)"
    r" (?:states?|statuses|stages) (?:for|of) (?:the |all |each |an? )?(?=[a-z])"
)
"""States before what they are of: `draft / published / archived states for articles`."""
