"""The checklists that teams go through before a release, and which checks speak for each item.

What lives here: the lists, and what the evidence says to each item. What must not: checks. An item is matched by
what a check says that it proves, and by names of checks or families here. What nothing speaks for is "not checked":
it is on the list all the same, because somebody has to look at it.
"""

from dataclasses import dataclass
from enum import StrEnum

from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verification


class Mark(StrEnum):
    """What the evidence says to an item."""

    PROVEN = "proven"
    PARTLY = "partly proven"
    FAILED = "failed"
    NOT_RUN = "not run"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `speak` are checks and families; a check whose `proves` has `name` speaks as well."""

    name: str
    title: str
    speak: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with the evidence that speaks for it."""

    item: Item
    mark: Mark
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list with its items answered."""

    name: str
    title: str
    items: tuple[Answered, ...]

    def count(self, *marks: Mark) -> int:
        """How many items carry one of these marks."""
        return sum(each.mark in marks for each in self.items)


BACKEND = (
    Item("API documented", "The API is described by an OpenAPI document that it keeps to", ("contract",)),
    Item("Access control", "Every operation lets in whom it should, and nobody else", ("access",)),
    Item(
        "Input validated", "Bad input is refused with an error that helps, never a crash", ("contract/fuzz",)
    ),
    Item(
        "Database schema", "Keys, indexes and types fit what is asked", ("database/schema", "database/plans")
    ),
    Item("Migrations", "The schema goes up, down and up again, with data in it", ("database/migrations",)),
    Item("Queries", "No query per row, and none without an index", ("database/plans", "database/statements")),
    Item("Transactions", "What belongs together is written together", ("database/transactions",)),
    Item("Tests", "The suite passes, covers the code, and fails when the code is wrong", ("tests",)),
    Item("Response time", "The slowest of twenty requests is within its budget", ("performance/load",)),
    Item("Health", "Liveness and readiness tell the truth", ("operations/health",)),
    Item("Shutdown", "What is under way is finished before it ends", ("operations/drain",)),
    Item("Logs and metrics", "Each request can be followed", ("operations/logs", "operations/metrics")),
    Item(
        "Secrets", "No secret is in the code or its history", ("security/secrets", "security/secret_history")
    ),
    Item(
        "Container", "The image is small, without root, and built the same again", ("operations/container",)
    ),
    Item("Pipeline", "What is merged is tested, and actions are pinned", ("operations/pipeline",)),
    Item("Backup and restore", "A backup was restored, and it was whole", ("operations/backup",)),
    Item("Runbook", "Whoever is woken at night finds what to do", ("operations/documents",)),
)

OWASP = (
    Item("OWASP API1:2023", "Broken object level authorization", ("access/matrix",)),
    Item(
        "OWASP API2:2023",
        "Broken authentication",
        ("security/tokens", "security/sign_in", "security/passwords"),
    ),
    Item("OWASP API3:2023", "Broken object property level authorization"),
    Item("OWASP API4:2023", "Unrestricted resource consumption", ("security/limits",)),
    Item("OWASP API5:2023", "Broken function level authorization", ("access/matrix",)),
    Item("OWASP API6:2023", "Unrestricted access to sensitive business flows"),
    Item("OWASP API7:2023", "Server side request forgery"),
    Item("OWASP API8:2023", "Security misconfiguration", ("security/headers", "security/settings")),
    Item("OWASP API9:2023", "Improper inventory management", ("contract/served",)),
    Item("OWASP API10:2023", "Unsafe consumption of APIs"),
)

PERFORMANCE = (
    Item("Latency", "95 of 100 answers come within the budget", ("performance/load",)),
    Item("Throughput", "It carries the load that it is meant for", ("performance/load",)),
    Item("Saturation", "Beyond its limit it refuses early, and recovers", ("performance/saturation",)),
    Item(
        "Memory",
        "It stays within its memory, under load and over time",
        ("performance/memory", "performance/load"),
    ),
    Item("Query plans", "The slowest statements use indexes at production size", ("database/plans",)),
    Item(
        "Statements per request",
        "A list of 100 costs as many statements as a list of 1",
        ("database/statements",),
    ),
    Item("Pagination", "Far pages cost what near pages cost", ("database/paging", "performance/paging")),
    Item("Connections", "The pool is neither short nor left open", ("database/pool", "performance/pool")),
    Item("Start", "It is ready soon after it was started", ("performance/start", "operations/start")),
    Item("Caching", "What is cached is right, and spares the database", ("performance/cache",)),
    Item("Long run", "An hour of load leaves nothing behind", ("performance/soak",)),
)

QUALITY = (
    Item("Coverage", "Lines and branches that tests run", ("tests/suite", "tests/coverage")),
    Item("Mutation", "Tests fail when the code is made wrong", ("tests/mutation",)),
    Item("Any order", "Tests pass in any order, and again", ("tests/order", "tests/suite")),
    Item("Lint", "The linter has nothing to say", ("code/lint", "quality/lint")),
    Item("Types", "The types are checked strictly", ("code/types", "quality/types")),
    Item(
        "Dependencies",
        "Pinned, known, and without known holes",
        ("security/dependencies", "delivery/dependencies"),
    ),
    Item("Duplication and size", "No file or function has grown too large", ("code/size", "quality/size")),
    Item("Contract tests", "Generated requests meet the described answers", ("contract/fuzz",)),
    Item("Documentation", "What the documents say can be done", ("docs", "documentation", "delivery/docs")),
    Item("Reviewed", "Another person has read the change"),
)

TWELVE = (
    Item("12factor I", "One codebase, tracked"),
    Item(
        "12factor II",
        "Dependencies declared and isolated",
        ("security/dependencies", "delivery/dependencies"),
    ),
    Item("12factor III", "Configuration in the environment", ("security/secrets",)),
    Item("12factor IV", "Backing services as attached resources"),
    Item("12factor V", "Build, release and run kept apart", ("delivery/container", "operations/container")),
    Item("12factor VI", "Processes that share nothing"),
    Item("12factor VII", "Exported by port binding"),
    Item("12factor VIII", "Scaled out by processes"),
    Item("12factor IX", "Started fast, ended gracefully", ("operations/drain", "operations/shutdown")),
    Item("12factor X", "Development like production"),
    Item("12factor XI", "Logs as a stream of events", ("operations/logs",)),
    Item(
        "12factor XII",
        "Administration as processes of the same release",
        ("database/migrations", "migrations"),
    ),
)

LISTS = (
    ("backend", "Backend", BACKEND),
    ("owasp", "OWASP API Security Top 10, 2023", OWASP),
    ("performance", "Performance", PERFORMANCE),
    ("quality", "Code quality", QUALITY),
    ("twelve-factor", "The twelve-factor app", TWELVE),
)


def checklists(verification: Verification) -> tuple[Checklist, ...]:
    """Every list, each item with what the evidence says to it."""
    return tuple(
        Checklist(name, title, tuple(answered(item, verification) for item in items))
        for name, title, items in LISTS
    )


def answered(item: Item, verification: Verification) -> Answered:
    """What the evidence says to one item."""
    found = tuple(each for each in verification.evidence if _speaks(each, item))
    states = {each.status for each in found}
    if Status.FAILED in states:
        mark = Mark.FAILED
    elif not states:
        mark = Mark.NOT_CHECKED
    elif states == {Status.PASSED}:
        mark = Mark.PROVEN
    else:
        mark = Mark.PARTLY if Status.PASSED in states else Mark.NOT_RUN
    return Answered(item, mark, found)


def _speaks(evidence: Evidence, item: Item) -> bool:
    return item.name in evidence.proves or evidence.check in item.speak or evidence.family in item.speak
