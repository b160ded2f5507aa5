"""States by where they stand in the course of events.

What lives here: tables, as data. What must not: code that reads them (`courses.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

STANDING = word_set(
    "available free in_stock operational working vacant idle online enabled on active_duty in_use in_service"
)
"""States of things that are used again and again, rather than steps of a course of events."""

COURSE = word_set(
    "new draft drafted open opened pending requested planned submitted received todo to_do backlog scheduled created"
    " booked ordered registered applied placed reported logged queued proposed announced quoted enquiry inquiry lead"
    " not_started upcoming invited nominated done completed complete finished closed paid delivered returned resolved"
    " published archived cancelled canceled rejected declined approved accepted refunded shipped checked_out won lost"
    " sold expired collected picked_up ended settled graded served released fulfilled withdrawn attended"
    " passed failed"
    " signed disbursed reimbursed adopted departed arrived granted denied hired confirmed in_progress running started"
)
"""States that show that a list of states is a course of events."""

CALLED_OFF = word_set(
    "cancelled canceled withdrawn aborted void voided expired abandoned dropped terminated called_off deleted"
    " discarded scrapped"
)
"""States that any state but an end leads to, and that lead nowhere."""

ENDED = word_set(
    "closed resolved done completed complete finished archived cancelled canceled rejected ended"
)
"""States after which a row is opened again, rather than opened."""

RESTING = word_set(
    "on_hold blocked paused suspended maintenance in_maintenance under_maintenance in_repair under_repair"
    " out_of_service"
    " waiting_for_parts waiting_for_customer"
)
"""States beside the course, from which one goes back to it."""

LATE = word_set("overdue late past_due delayed")
"""States that a row slips into, and leaves as if it had not."""

FAILED = word_set(
    "damaged broken rejected declined denied refused lost missed absent no_show failed unsold undeliverable"
)
"""States that end the course early."""

SENT_BACK = word_set("returned sent_back changes_requested returned_for_changes needs_changes")
"""What may come of a decision beside yes and no: the row goes back to the state before it."""

DECIDED = word_set("approved accepted granted confirmed rejected declined denied refused")
"""What comes of a decision: whichever of them there are, each follows the state in which it is awaited."""

RIVALS = (
    DECIDED,
    word_set("won lost"),
    word_set("passed failed"),
    word_set("attended checked_in missed absent no_show"),
    word_set("completed complete done finished missed no_show failed"),
    word_set("sold unsold"),
    word_set("hired rejected declined"),
    word_set("adopted rejected declined"),
    word_set("paid rejected declined failed"),
    word_set("delivered failed undeliverable"),
    word_set("returned lost damaged broken"),
    word_set("published rejected declined"),
    word_set("verified rejected declined"),
    word_set("signed rejected declined"),
)
"""States of which a row reaches one or the other."""

SAME = (
    word_set("in_progress running under_way started ongoing doing active working in_work"),
    word_set("completed done finished complete closed ended"),
    word_set("cancelled canceled called_off"),
    word_set("open new todo to_do pending requested reported"),
    word_set("planned scheduled upcoming"),
    word_set("rejected declined denied refused"),
    word_set("approved accepted granted"),
    word_set("missed no_show absent"),
    word_set("on_hold waiting paused"),
    word_set("on_loan active lent borrowed"),
    word_set("resolved solved fixed"),
    word_set("in_review under_review review reviewing"),
)
"""States under other names."""

TARGETS = {
    "submit": "submitted",
    "approve": "approved",
    "reject": "rejected",
    "decline": "declined",
    "accept": "accepted",
    "confirm": "confirmed",
    "start": "in_progress",
    "complete": "completed",
    "finish": "finished",
    "resolve": "resolved",
    "close": "closed",
    "publish": "published",
    "archive": "archived",
    "ship": "shipped",
    "deliver": "delivered",
    "pay": "paid",
    "cancel": "cancelled",
    "withdraw": "withdrawn",
}
"""The states that verbs lead to where the brief lists none."""

ORDER = tuple(dict.fromkeys(TARGETS.values()))

BEGINS = (
    ("draft", word_set("submitted published")),
    ("pending", word_set("approved rejected declined accepted confirmed")),
    ("open", word_set("in_progress completed finished resolved closed shipped delivered paid")),
    ("registered", word_set("attended missed absent no_show")),
    ("active", word_set("cancelled withdrawn archived")),
)
"""The state before the states that are told: the first whose followers are among them."""

UNDERGONE = re.compile(
    r"(?:is|are|must be|can be|may be|should be|have to be|has to be|need to be|get|gets) (?:only |then |always )*"
    r"(?P<states>[a-z]+ed(?:(?: or| and| ,) [a-z]+ed)*) (?:only )?by(?!\S)"
)
