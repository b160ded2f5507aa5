"""Words for roles, what such roles usually may do, and how briefs introduce them.

What lives here: tables and patterns, as data. What must not: code that reads them (`roles.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

SAME = {
    "administrator": "admin",
    "admin": "admin",
    "super admin": "admin",
    "superadmin": "admin",
    "system administrator": "admin",
    "system admin": "admin",
    "super user": "admin",
    "superuser": "admin",
    "admin user": "admin",
    "site admin": "admin",
    "sysadmin": "admin",
    "anyone": "public",
    "everyone": "public",
    "everybody": "public",
    "anybody": "public",
    "visitor": "public",
    "anonymous user": "public",
    "anonymous": "public",
    "unauthenticated user": "public",
    "the public": "public",
    "public": "public",
    "anonymous visitor": "public",
    "guest user": "public",
    "public user": "public",
    "unregistered user": "public",
    "user": "signed_in",
    "authenticated user": "signed_in",
    "registered user": "signed_in",
    "logged in user": "signed_in",
    "signed in user": "signed_in",
    "all user": "signed_in",
    "any user": "signed_in",
    "every user": "signed_in",
    "end user": "signed_in",
    "regular user": "signed_in",
    "normal user": "signed_in",
    "standard user": "signed_in",
}
KINDS = {
    "full": [
        "manager",
        "owner",
        "supervisor",
        "director",
        "principal",
        "administrator",
        "superuser",
        "lead",
        "head",
        "coordinator",
    ],
    "writer": [
        "editor",
        "staff",
        "operator",
        "agent",
        "clerk",
        "dispatcher",
        "librarian",
        "receptionist",
        "moderator",
        "accountant",
        "planner",
        "analyst_writer",
        "contributor",
        "author",
        "employee",
        "worker",
        "assistant",
        "secretary",
        "nurse",
        "registrar",
        "officer",
        "cashier",
        "planner",
        "organizer",
        "recruiter",
        "sales",
        "salesperson",
        "support",
        "developer",
        "teacher",
        "instructor",
        "doctor",
        "technician",
        "trainer",
        "curator",
        "buyer",
        "seller",
        "vendor",
        "sales_rep",
        "warehouse_worker",
        "host",
        "coach",
        "waiter",
        "chef",
        "mechanic",
        "caseworker",
        "lawyer",
        "paralegal",
        "therapist",
        "pharmacist",
        "maintainer",
        "engineer",
        "responder",
        "user",
        "scheduler",
    ],
    "reader": [
        "viewer",
        "auditor",
        "analyst",
        "reader",
        "observer",
        "guest",
        "inspector_reader",
        "stakeholder",
        "reporter_reader",
        "visitor",
        "accountant_reader",
    ],
    "self": [
        "customer",
        "member",
        "patient",
        "student",
        "client",
        "tenant",
        "guest",
        "driver",
        "volunteer",
        "donor",
        "attendee",
        "candidate",
        "applicant",
        "subscriber",
        "buyer",
        "parent",
        "player",
        "passenger",
        "participant",
        "traveler",
        "resident",
        "contributor",
        "borrower",
        "renter",
        "shopper",
        "learner",
        "speaker",
        "landlord",
        "pet_owner",
        "user",
    ],
}
"""What a role may do where nothing is said of it: manage, write, read, or look after what is its own."""
DESCRIPTIONS = {
    "admin": "Runs the service and may do everything.",
    "full": "Manages everything but accounts.",
    "writer": "Does the daily work: adds and changes.",
    "reader": "Looks and changes nothing.",
    "self": "Sees and changes what is their own.",
}
INTRO = re.compile(
    r"(?<!\S)(?:(?:user |different |the |following |three |two |four |five |\d |main "
    r"|available |access |possible |predefined )*(?:roles|role types|user types|types of "
    r"users|kinds of users|user groups|actors)|^users(?= :)|rbac|role based access "
    r"control(?: \( rbac \))?|role based (?:access|permissions|authori[sz]ation)"
    r"|permissions|access levels)"
    r"(?: (?:are|is|with|for|like|such|as|including|include|includes|between|of|:|\(|-"
    r"|the|following|roles|user|the roles|needed|eg|users|namely|and|permissions|three|two"
    r"|four|different|supporting|supports))+ ?"
)
BEFORE = re.compile(r"(?<!\S)(?:user )?roles(?!\S)")
STORY = re.compile(r"^(?:as|for) (?:a|an|the) ")
CAN = re.compile(
    r"^(?:can|cannot|may|must|should be able|are able|is able|are allowed|is allowed|have "
    r"full|has full|have read|has read|have access|has access|are read|is read|do "
    r"everything|manages?|have write|only)(?!\S)"
)
MAKERS = word_set("author owner creator uploader poster")
NO_ROLES = word_set(
    "role access user_role permission different etc rbac each_role everything system api "
    "data it they we you level"
)

ROLE_OF_USERS = re.compile(
    r"(?<!\S)(?:a )?role (?:\(|:|of|either|which is|can be)(?: (?:either|one of))?(?= )"
)

MAY_DO = re.compile(
    r"(?:can|may) (?!be )[a-z]|(?:have|has) (?:full|read|write|access|only read)|(?:are"
    r"|is) (?:read only|allowed to)"
)
"""What follows whoever may do something."""
