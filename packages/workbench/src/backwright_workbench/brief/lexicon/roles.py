"""Words for roles, and what such roles usually may do.

What lives here: tables, as data. What must not: phrases that introduce roles (`role_phrases.py`), code that reads them.
"""

from backwright_workbench.brief.grammar import word_set

_SAME = {
    "admin": (
        "administrator, admin, super admin, superadmin, system administrator, system admin, "
        "super user, superuser, admin user, site admin, sysadmin"
    ),
    "public": (
        "anyone, everyone, everybody, anybody, visitor, anonymous user, anonymous, "
        "unauthenticated user, the public, public, anonymous visitor, public visitor, site visitor, "
        "website visitor, unauthenticated visitor, unregistered visitor, anonymous guest, "
        "unauthenticated caller, anonymous caller, guest user, public user, unregistered user"
    ),
    "signed_in": (
        "authenticated user, registered user, logged in user, signed in user, all user, any user, "
        "every user, end user, user, regular user, normal user, standard user"
    ),
    "sales": ("sale"),
    "logistics": ("logistic"),
    "operations": ("operation"),
}
SAME = {phrase: role for role, phrases in _SAME.items() for phrase in phrases.split(", ")}
"""What words for people mean that need no list: a role, or callers without one."""

KINDS = {
    "full": word_set(
        "manager owner supervisor director principal administrator superuser lead head coordinator boss chief"
    ),
    "writer": word_set(
        "editor staff operator agent clerk dispatcher librarian receptionist moderator accountant"
        " planner analyst_writer contributor author employee worker assistant secretary nurse"
        " registrar officer cashier organizer recruiter sales salesperson support developer teacher"
        " instructor doctor technician trainer curator buyer seller vendor sales_rep warehouse_worker"
        " host coach waiter chef mechanic caseworker lawyer paralegal therapist pharmacist maintainer"
        " engineer responder user scheduler"
    ),
    "reader": word_set(
        "viewer auditor analyst reader observer guest inspector_reader stakeholder reporter_reader"
        " visitor accountant_reader"
    ),
    "self": word_set(
        "customer member patient student client tenant guest driver volunteer donor attendee"
        " candidate applicant subscriber buyer parent player passenger participant traveler resident"
        " contributor borrower renter shopper learner speaker landlord pet_owner user"
    ),
}
"""What a role may do where nothing is said of it: manage, write, read, or look after what is its own."""

BY_KIND = {
    "full": ("read", "create", "update", "delete", "act"),
    "writer": ("read", "create", "update", "delete", "act"),
    "reader": ("read",),
    "self": ("read", "create", "update"),
}
"""What a role may do with things of which only the names are said."""

RUNS = "Runs the service and may do everything."
"""What `admin` is for."""

STAFF_OF_ALL = word_set(
    "manager owner supervisor director boss staff employee office administrator principal"
)
"""Roles that handle what the brief gives to nobody: their names limit them to no part of the business."""

STAFF_WORDS = ("staff", "employee", "personnel", "staff member")
"""Words for all roles of a list but customers and the like, where they are no role of it themselves."""

ALL_ROLES = frozenset({"all role", "every role", "each role", "any role", "all the role"})

COLLECTIVE = word_set(
    "staff hr management finance sales support accounting reception marketing procurement operations it office"
)
"""Words for people that are many without a plural."""

ROLE_GROUP = word_set("team crew people folks guys squad")
"""Words for those of a kind together: the fulfilment team is `fulfilment`."""

NO_ROLES = word_set(
    "person someone somebody one other role access user_role permission different etc rbac each_role everything system"
    " api "
    "data it they we you level"
)

NO_NAMES = word_set(
    "can may create read update delete edit view manage add remove see use access write change list search is are"
    " reads creates updates deletes edits views manages adds removes sees uses writes changes"
)
"""Verbs that name nobody, where others may: `roles: coach, monitor, host`."""

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

FIRST_PERSON = word_set("me i us we myself")

MAKERS = word_set("author owner creator uploader poster")
