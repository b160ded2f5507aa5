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
    "public visitor": "public",
    "site visitor": "public",
    "website visitor": "public",
    "unauthenticated visitor": "public",
    "unregistered visitor": "public",
    "anonymous guest": "public",
    "unauthenticated caller": "public",
    "anonymous caller": "public",
    "guest user": "public",
    "public user": "public",
    "unregistered user": "public",
    "authenticated user": "signed_in",
    "registered user": "signed_in",
    "logged in user": "signed_in",
    "signed in user": "signed_in",
    "all user": "signed_in",
    "any user": "signed_in",
    "every user": "signed_in",
    "end user": "signed_in",
    "user": "signed_in",
    "sale": "sales",
    "logistic": "logistics",
    "operation": "operations",
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
        "boss",
        "chief",
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
RUNS = "Runs the service and may do everything."
"""What `admin` is for."""
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
STORY = re.compile(
    r"^(?:as|for) (?:(?:a|an|the|our) |(?=[a-z]+(?: [a-z]+)? (?:, )?i (?:want|can|need|should|must|would|may|wish)))"
)
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

COLLECTIVE = word_set(
    "staff hr management finance sales support accounting reception marketing procurement operations it office"
)
"""Words for people that are many without a plural."""

NOT_ACTORS = word_set(
    "redis stripe webhook webhooks cron docker celery postgres mysql mongodb sqlite s3 email mail sms"
    " scheduler worker queue"
    " nightly frontend client api gateway middleware endpoint robot machine turnstile sensor device"
    " scanner printer door gate analyzer analyser detector tracker monitor recorder terminal system app bot plugin"
    " module instrument software department city company municipality school organisation organization council"
    " association business firm shop institute"
    " cache search filter status price list report nobody everything nothing query page screen button dashboard"
)
"""What does something and is nobody."""

CALLED = re.compile(
    r"^\( .*?(?:call|called|named|ie|role) (?:them |him |her |it |the |a |as )*(?P<name>[a-z]+) \)"
)
"""`(we call them staff)`."""

ONLY_FOR_ME = re.compile(r"only (?:for )?(?:me|us) (?:, |\( )?(?:the |as )*$")

WITH_OTHERS = re.compile(r"^(?:,|and|or) (?:\w+ )?\w+ (?:can|may|cannot)(?!\S)")
"""What follows one of several who may do something."""

MAY_DO = re.compile(
    r"(?:can|may) (?!be )[a-z]|(?:have|has) (?:full|the same|all|read|write|access|only read)|(?:are"
    r"|is) (?:read only|allowed to)"
)
"""What follows whoever may do something."""

ASIDE_BEGINS = word_set("even also logged signed whether not if including both with without registered no")
"""What an aside between commas begins with: `anyone, even without logging in, may`."""
RELATIVE = word_set("who they he she that which")
"""Words that take somebody up again: `two drivers, they should see`."""

ROLE_GROUP = word_set("team crew people folks guys squad")
"""Words for those of a kind together: the fulfilment team is `fulfilment`."""

SPEAKER = re.compile(
    r"(?<!\S)(?:(?:i am|im|(?:me|i|myself) (?:,|\(|-)(?: im| i am| as)?) (?:the |your )?)(?=[a-z]+(?: [a-z]+)?(?: |$))"
)
"""`I'm the owner`, `me (the boss)`."""
SPEAKS = re.compile(
    r"(?<!\S)(?:(?:only|just) (?:for )?(?:me|i|us|we)(?: \(.*?\))?|i)"
    r"(?= (?:can|may|should|must|(?:want|need|would like|wish) to (?:be able to|have|do))(?!\S))"
)
"""Where whoever writes the brief says what they may do: `only I can`, `I want to be able to`."""

FIRST_PERSON = word_set("me i us we myself")
ADVERBS = tuple(
    (word,) for word in ("then", "also", "always", "usually", "first", "later", "finally", "still")
)
