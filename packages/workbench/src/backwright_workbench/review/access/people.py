"""Which models and fields are about people, which are secret, and which give rights.

What lives here: words of models and columns. What must not: frameworks, routes.
"""

from functools import cache

from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.facts.syntax import last_name
from backwright_workbench.codebase.facts.words import secret_kind, words

ACCOUNTS = frozenset(
    ["user", "account", "member", "customer", "client", "patient", "employee", "person", "admin", "staff", "student",
     "teacher", "doctor", "contact", "subscriber", "driver", "candidate", "applicant", "passenger", "guest", "users",
     "people", "participant", "voter", "owner"]
)  # fmt: skip
"""Words for somebody of whom there is a row."""
RECORDS = frozenset(
    ["order", "invoice", "payment", "transaction", "purchase", "booking", "reservation", "appointment", "message",
     "chat", "conversation", "prescription", "wallet", "loan", "salary", "payroll", "address", "card", "cart", "note",
     "ticket", "notification", "resume", "application", "transfer", "balance", "bill", "subscription", "document",
     "file", "task", "todo", "expense", "budget", "diary", "journal", "report", "record", "claim", "session",
     "favorite", "favourite", "wishlist", "bookmark", "inbox", "mail", "email", "secret", "medical", "diagnosis"]
)  # fmt: skip
"""Words for what belongs to one person, and is not for others to see."""
INTERNAL = frozenset(
    ["audit", "audits", "log", "logs", "debug", "admin", "backup", "backups", "dump", "config", "configuration", "env",
     "environment", "secrets", "credential", "credentials", "password", "passwords", "internal", "shell", "console"]
)  # fmt: skip
"""Words for what only those who run the service may see or do."""
OWNERS = frozenset(
    ["user", "owner", "author", "creator", "customer", "account", "member", "client", "patient", "employee",
     "student", "sender", "recipient", "receiver", "uploader", "poster", "username", "buyer", "seller", "email",
     "createdby", "person", "applicant", "profile", "assignee", "driver"]
)  # fmt: skip
USERS = frozenset(
    ["AbstractUser", "PermissionsMixin", "SQLAlchemyBaseUserTable", "SQLAlchemyBaseUserTableUUID"]
)
"""Bases of frameworks that bring a password, and some of them rights."""
PERSONAL = frozenset(
    ["email", "mail", "phone", "mobile", "telephone", "address", "street", "ssn", "passport", "birthday", "birth",
     "birthdate", "dob", "salary", "income", "iban", "card", "balance", "diagnosis", "license", "ip", "credit",
     "cnic", "aadhaar", "pan", "gender", "zip", "postcode", "latitude", "longitude"]
)  # fmt: skip
PRIVILEGES = frozenset(
    ["admin", "is_admin", "isadmin", "is_superuser", "superuser", "is_staff", "staff", "role", "roles", "role_id",
     "user_role", "user_type", "usertype", "permission", "permissions", "groups", "scopes", "scope", "is_verified",
     "verified", "email_verified", "is_email_verified", "is_active", "is_approved", "approved", "balance", "credits",
     "credit", "wallet_balance", "account_balance", "owner_id", "owner", "user_id", "author_id", "tenant_id",
     "organization_id", "org_id", "is_moderator", "is_premium", "premium", "is_owner", "access_level",
     "privilege", "privileges", "is_manager", "account_type", "admin_level", "is_root", "subscription_tier",
     "hashed_password", "password_hash", "is_banned", "is_blocked", "kyc_verified", "paid", "is_paid"]
)  # fmt: skip
"""Names of columns that say what somebody may do, has, or owns: nothing for callers to choose."""
GRANTING = frozenset(
    each for each in PRIVILEGES
    if any(part in each for part in ("admin", "staff", "super", "role", "permission", "privilege", "groups", "scope",
                                     "root", "manager", "access_level", "moderator", "user_type", "usertype"))
)  # fmt: skip
"""Those of them that give rights."""
SECRET_PARTS = frozenset(["ssn", "cvv", "cvc", "pin", "passport", "otp", "mfa", "totp", "iban"])


def singular(word: str) -> str:
    """`users` → `user`, `diaries` → `diary`; good enough for the words of this file."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def is_secret(column: str) -> bool:
    """Whether a column holds what nobody is told: a password, its hash, a token, a key."""
    parts = words(column)
    if not parts or parts[0] in ("is", "has", "show", "can", "need", "must"):
        return False
    if parts[-1] in ("at", "on", "date", "time", "count", "changed", "expires", "expiry", "expiration", "hint", "type",
                     "url", "id", "name", "limit", "attempts", "version", "length", "usage"):  # fmt: skip
        return False
    if any(part in SECRET_PARTS for part in parts):
        return True
    kind = secret_kind(column)
    if kind:
        return kind != "token" or parts != ("token",)
    if parts[-1] in ("hash", "hashed", "encrypted", "salt"):
        return (
            any(part in ("password", "passwd", "pass", "pwd", "pw") for part in parts) or parts[-1] == "salt"
        )
    return False


def is_credential(column: str) -> bool:
    """Whether a column holds a password, its hash, or what else proves who somebody is; not a key that has an owner."""
    parts = words(column)
    if not is_secret(column) or parts[-1] in ("passwords", "pins"):
        return False
    return secret_kind(column) not in ("key", "token")


def is_personal(column: str) -> bool:
    """Whether a column tells of a person what strangers need not know."""
    parts = words(column)
    return is_secret(column) or any(part in PERSONAL for part in parts)


def is_privilege(name: str) -> bool:
    """Whether a field says what somebody may do, has or owns."""
    return "_".join(words(name)) in PRIVILEGES


def is_granting(name: str) -> bool:
    """Whether a field gives rights: role, is_admin."""
    return "_".join(words(name)) in GRANTING


def is_account(model: Model) -> bool:
    """Whether rows are accounts: they have a password, or inherit from Django's user."""
    if any(
        secret_kind(name) == "password" or (is_secret(name) and "password" in name) for name in model.columns
    ):
        return True
    if has_inherited_rights(model):
        return True
    return singular(words(model.name)[-1] if words(model.name) else "") in ("user", "account") and bool(
        {"email", "username", "user_name", "login"} & set(model.columns)
    )


def has_inherited_rights(model: Model) -> bool:
    """Whether a model gets password and rights from a framework's user."""
    bases = model.owner.bases if model.owner is not None else []
    return (
        any(last_name(each) in USERS for each in bases)
        or model.qualified == "django.contrib.auth.models.User"
    )


def rights_of(model: Model) -> list[str]:
    """The columns of a model that give rights, inherited ones too."""
    found = [name for name in model.columns if is_granting(name)]
    if has_inherited_rights(model):
        found += [each for each in ("groups", "is_staff", "is_superuser") if each not in found]
    return sorted(found)


def owner_of(model: Model) -> str:
    """The column that says whose a row is; empty if none does."""
    for name, column in model.columns.items():
        parts = words(name)
        if column.foreign:
            target = words(column.foreign.replace(".", "_"))
            if any(singular(each) in ("user", "account", "customer", "member", "profile") for each in target):
                return name
        if not column.primary and _is_glued_owner(parts):
            return name
        is_named = bool(parts) and len(parts) <= 3 and (parts[0] in OWNERS or "".join(parts) in OWNERS)
        if (
            is_named
            and not column.primary
            and parts[-1] in ("id", "by", "username", "name", "email", *OWNERS)
        ):
            return name
        if parts[-1:] == ("by",) and parts[0] in (
            "created",
            "uploaded",
            "owned",
            "posted",
            "added",
            "submitted",
        ):
            return name
    for name, relation in model.relations.items():
        target = words(relation.target.rpartition(".")[2])
        if not relation.many and target and singular(target[-1]) in ("user", "account", "customer", "member"):
            return name
    return ""


@cache
def _is_glued_owner(parts: tuple[str, ...]) -> bool:
    """`ownername`, `userid`, `authorid`: written as one word."""
    if len(parts) != 1:
        return False
    for end in ("id", "name", "email"):
        start = parts[0].removesuffix(end)
        if start != parts[0] and start in OWNERS and (end == "id" or start != "user"):
            return True
    return False


@cache
def _about(name: str) -> tuple[bool, bool]:
    parts = [singular(each) for each in words(name)]
    return any(each in ACCOUNTS for each in parts[-1:]), any(each in RECORDS for each in parts)


def has_secret(model: Model) -> bool:
    """Whether a column is called secret or private; its other columns may be for everybody."""
    return any(
        words(name)[:1] in (("secret",), ("private",)) or words(name)[-1:] == ("secret",)
        for name in model.columns
    )


def is_private(model: Model) -> bool:
    """Whether rows are for the person whom they are about, and those who run the service, not for everybody."""
    people, records = _about(model.name)
    columns = list(model.columns)
    telling = any(is_personal(name) for name in columns)
    if is_account(model) or (people and telling):
        return True
    if any(singular(each) in INTERNAL for each in words(model.name)):
        return True
    return records and (bool(owner_of(model)) or telling or any("user" in words(name) for name in columns))
