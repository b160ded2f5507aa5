"""Actions under other names: verbs that mean the same move.

What lives here: tables, as data. What must not: code that reads them (`doings.py`).
"""

from backwright_workbench.brief.grammar import word_set

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("start", "begin", "commence", "launch", "kick_off"),
    (
        "complete",
        "finish",
        "end",
        "conclude",
        "close",
        "resolve",
        "wrap_up",
        "mark_done",
        "finalize",
        "finalise",
    ),
    ("close", "complete", "finish", "resolve", "end"),
    ("resolve", "solve", "fix", "close", "complete"),
    ("approve", "accept", "confirm", "sign_off", "authorize", "authorise", "ok", "admit"),
    ("accept", "approve", "confirm", "take"),
    ("confirm", "accept", "approve", "acknowledge"),
    ("reject", "decline", "refuse", "deny", "turn_down", "dismiss"),
    ("cancel", "call_off", "abort", "void", "withdraw", "revoke"),
    ("withdraw", "cancel", "take_back"),
    ("assign", "allocate", "give", "hand_out", "delegate", "dispatch"),
    ("pay", "settle", "reimburse"),
    ("ship", "send", "dispatch", "send_out"),
    ("send", "ship", "dispatch", "issue"),
    ("deliver", "hand_over", "drop_off"),
    ("return", "bring_back", "give_back", "hand_back", "take_back", "send_back", "return_item"),
    ("publish", "release"),
    ("hold", "pause", "suspend"),
    ("suspend", "block", "ban", "deactivate", "pause"),
    ("resume", "continue", "unpause", "reactivate", "activate"),
    ("activate", "enable", "reactivate"),
    ("deactivate", "disable", "suspend", "block"),
    ("submit", "hand_in", "turn_in", "send_in", "file", "lodge", "send"),
    ("archive", "retire", "shelve"),
    ("reopen", "open_again"),
    ("refund", "reimburse", "pay_back"),
    ("verify", "validate", "check"),
    ("receive", "take_in", "collect"),
    ("lend", "lend_out", "check_out", "issue"),
    ("book", "reserve"),
)
"""Each verb with those that may stand for it, the likeliest first; an entity has one action for each move."""

PHRASAL = word_set(
    "call_off hand_in hand_out hand_over hand_back turn_in turn_down send_in send_out send_back give_back bring_back "
    "take_back take_in check_in check_out pick_up drop_off sign_off sign_out wrap_up kick_off pay_back lend_out "
    "fill_in fill_out look_at look_up look_after work_on carry_out sign_up set_up draw_up put_up clock_in clock_out"
)
"""Verbs of two words."""

DOINGS: dict[str, tuple[str, ...]] = {
    "book": ("booking", "reservation", "appointment"),
    "reserve": ("reservation", "booking", "hold"),
    "borrow": ("loan", "borrowing", "lending", "checkout"),
    "lend": ("loan", "lending"),
    "lend_out": ("loan", "lending"),
    "rent": ("rental", "hire", "booking"),
    "hire": ("hire", "rental"),
    "enroll": ("enrollment", "enrolment", "registration"),
    "enrol": ("enrolment", "enrollment", "registration"),
    "register": ("registration", "enrollment", "enrolment", "signup"),
    "sign_up": ("signup", "registration", "enrollment", "enrolment", "participation"),
    "apply": ("application",),
    "order": ("order",),
    "buy": ("order", "purchase"),
    "purchase": ("purchase", "order"),
    "review": ("review",),
    "rate": ("rating", "review"),
    "comment": ("comment",),
    "vote": ("vote",),
    "bid": ("bid",),
    "donate": ("donation",),
    "subscribe": ("subscription",),
    "hand_in": ("submission",),
    "submit": ("submission",),
    "join": ("membership", "participation", "enrollment", "registration"),
    "attend": ("attendance", "registration"),
    "pay": ("payment",),
    "inspect": ("inspection",),
    "grade": ("grade",),
    "assess": ("assessment",),
    "evaluate": ("evaluation",),
    "message": ("message",),
    "rsvp": ("rsvp",),
    "request": ("request",),
}
"""The nouns of verbs whose doing is recorded as a row of its own."""
