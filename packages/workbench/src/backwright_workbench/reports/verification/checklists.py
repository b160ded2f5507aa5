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


ACCESS = ("access/matrix", "access/objects", "access/fields", "access/recorded", "access/unauthenticated")
CONTAINER = ("operations/image", "operations/compose", "operations/kubernetes")

BACKEND = (
    Item(
        "API documented",
        "It keeps to the OpenAPI document that describes it",
        ("contract/valid", "contract/served"),
    ),
    Item("API rules", "The document keeps the rules that teams lint by", ("contract/lint",)),
    Item("Access control", "Every operation lets in whom it should, and nobody else", ACCESS),
    Item(
        "Input",
        "Whatever is sent, the answer is one that was promised",
        ("contract/fuzz", "security/injection"),
    ),
    Item(
        "Errors",
        "Refusals have one form, and tell nothing of the inside",
        ("contract/errors", "security/errors"),
    ),
    Item("Sign-in", "Forged, stolen and ended tokens are refused", ("security/tokens",)),
    Item("Browsers", "Headers and origins protect who uses one", ("security/headers", "security/cors")),
    Item("Rate limits", "Nobody can ask for more than is meant for them", ("access/rate_limit",)),
    Item("Schema", "Models, migrations and indexes agree", ("database/models", "database/indexes")),
    Item(
        "Migrations",
        "They lead up and down, and keep nobody waiting",
        ("database/migrations", "database/locks"),
    ),
    Item(
        "Queries", "None for each row, and none without an index", ("database/plans", "database/statements")
    ),
    Item("Durability", "What was acknowledged is there after a crash", ("operations/crash",)),
    Item("Tests", "They pass, cover the code, and fail when it is wrong", ("tests",)),
    Item("Response time", "It answers within its budgets under load", ("performance/load",)),
    Item("Health", "Liveness and readiness tell the truth", ("operations/health",)),
    Item("Shutdown", "What is under way is answered before it ends", ("operations/drain",)),
    Item(
        "Dependencies that fail",
        "It goes on, or says so, without what it depends on",
        ("operations/dependencies",),
    ),
    Item("Configuration", "A bad environment is refused at the start", ("operations/configuration",)),
    Item("Secrets", "There are none in files, history and logs", ("security/secrets", "security/logs")),
    Item("Observability", "Each request can be followed through logs, metrics and traces"),
    Item("Container", "The image and what starts it are closed and bounded", CONTAINER),
    Item("Pipeline", "What is merged is tested, and nobody gets in that way", ("operations/workflow",)),
    Item("Backup", "A backup was restored, and was whole"),
    Item("Runbook", "What the documents tell people to do works", ("operations/documents",)),
)

OWASP = (
    Item("OWASP API1:2023", "Broken object level authorization"),
    Item("OWASP API2:2023", "Broken authentication"),
    Item("OWASP API3:2023", "Broken object property level authorization"),
    Item("OWASP API4:2023", "Unrestricted resource consumption"),
    Item("OWASP API5:2023", "Broken function level authorization"),
    Item("OWASP API6:2023", "Unrestricted access to sensitive business flows"),
    Item("OWASP API7:2023", "Server side request forgery"),
    Item("OWASP API8:2023", "Security misconfiguration"),
    Item("OWASP API9:2023", "Improper inventory management"),
    Item("OWASP API10:2023", "Unsafe consumption of APIs"),
)

PERFORMANCE = (
    Item("Latency", "95 of 100 answers come within the budget", ("performance/load",)),
    Item("Errors under load", "Fewer fail than the budget allows", ("performance/load",)),
    Item("Memory", "It stays within its memory under load", ("performance/load",)),
    Item("Saturation", "Beyond its limit it refuses early, and recovers", ("performance/saturation",)),
    Item("Query plans", "Statements are carried out well on large tables", ("database/plans",)),
    Item("Indexes", "Each is needed, and none is missing", ("database/indexes",)),
    Item("Statements per request", "As many for 100 rows as for one", ("database/statements",)),
    Item("Locks", "Migrations keep nobody waiting", ("database/locks",)),
    Item("Connections", "The pool is neither short nor left open"),
    Item("Start", "It is ready soon after it was started"),
    Item("Caching", "What is cached is right, and spares the database"),
    Item("Long run", "Minutes of load leave everything as it was", ("performance/soak",)),
)

QUALITY = (
    Item("Coverage", "Tests run its lines and branches", ("tests/suite",)),
    Item("Mutation", "Tests notice when the code does something else", ("tests/mutation",)),
    Item("Assertions", "Every test can fail", ("tests/assertions",)),
    Item("Any order", "Tests say the same in every order", ("tests/repeats",)),
    Item("Contract tests", "Made-up requests get only promised answers", ("contract/fuzz",)),
    Item("Weaknesses", "The code opens no known hole", ("security/static",)),
    Item("Dependencies", "None has a known vulnerability", ("security/dependencies",)),
    Item("Models and migrations", "They say the same", ("database/models",)),
    Item("Lint and format", "The linter has nothing to say"),
    Item("Types", "They are checked strictly"),
    Item("Size", "No file or function has grown too large"),
    Item("Documentation", "What the documents tell people to do works", ("operations/documents",)),
    Item("Review", "Another person has read the change"),
)

TWELVE = (
    Item("12factor I", "One codebase, tracked"),
    Item("12factor II", "Dependencies declared and isolated", ("security/dependencies",)),
    Item("12factor III", "Configuration in the environment"),
    Item("12factor IV", "Backing services as attached resources"),
    Item("12factor V", "Build, release and run kept apart"),
    Item("12factor VI", "Processes that share nothing"),
    Item("12factor VII", "Exported by port binding"),
    Item("12factor VIII", "Scaled out by processes"),
    Item("12factor IX", "Started fast, ended gracefully"),
    Item("12factor X", "Development like production"),
    Item("12factor XI", "Logs as a stream of events"),
    Item("12factor XII", "Administration with the code of the release", ("database/migrations",)),
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
