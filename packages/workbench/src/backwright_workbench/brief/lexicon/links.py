"""Words for people that are references to accounts.

What lives here: tables and patterns, as data. What must not: code that reads them (`links.py`).
"""

from typing import Literal

from backwright_workbench.brief.grammar import word_set

PEOPLE: dict[str, Literal["required", "optional"]] = {
    "assignee": "optional",
    "assigned_to": "optional",
    "owner": "required",
    "creator": "required",
    "created_by": "required",
    "author": "required",
    "user": "required",
    "reporter": "required",
    "reviewer": "optional",
    "approver": "optional",
    "approved_by": "optional",
    "uploaded_by": "required",
    "uploader": "required",
    "organizer": "required",
    "organiser": "required",
    "moderator": "optional",
    "submitter": "required",
    "sender": "required",
    "requester": "required",
    "interviewer": "optional",
    "inspector": "optional",
}
"""Fields that name a person: who has an account."""
BY_CALLER = word_set(
    "owner creator created_by author reporter uploaded_by uploader organizer organiser "
    "submitter sender requester"
)
"""Those that are the caller at creation, when they refer to an account."""
CALLED = {
    "created_by": "creator",
    "assigned_to": "assignee",
    "approved_by": "approver",
    "uploaded_by": "uploader",
}
