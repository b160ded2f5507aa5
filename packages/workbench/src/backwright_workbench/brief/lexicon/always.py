"""What briefs ask for that every service has.

What lives here: tables and patterns, as data. What must not: code that reads them (`infrastructure.py`).
"""

import re

from backwright_workbench.brief.grammar import phrase

ALWAYS: dict[str, tuple[re.Pattern[str], str]] = {
    "tests": (
        phrase(
            r"(?:(?:comprehensive|full|complete|thorough|automated|good|high|proper|extensive"
            r"|solid|unit|integration|end to end|e2e|api|acceptance|functional|contract|pytest|and"
            r"|with|&|,|/|100 %|\d+ % ?\+?) )*"
            r"(?:test (?:suites?|coverage|cases|driven)|tests|testing|code coverage|coverage"
            r"|pytest)(?: (?:suites?|coverage|cases|with pytest|using pytest|for everything"
            r"|included))*"
        ),
        "every service has tests per area, an access matrix and contract tests",
    ),
    "api": (
        phrase(
            r"(?:(?:well|documented|clean|versioned|json|http|secure|public|simple|full|complete"
            r"|standard|basic|all|usual) )*"
            r"(?:rest(?:ful)?(?: json)?(?: (?:api|apis|endpoints?|backend|service|services|web "
            r"service|web api|interface|resources|routes))*|json api|http api|api endpoints?|crud"
            r"|endpoints)"
            r"(?: (?:api|apis|endpoints?|operations?|functionality|routes|actions|access|backend"
            r"|support|and))*"
            r"(?: (?:for|on) (?:the |all |each |every |standard |basic |full |of |these |above "
            r"|main |our )*(?:crud(?: operations)?|entit(?:y|ies)|resources?|tables?|models?|them"
            r"|these|everything|it|objects|above|operations))*"
        ),
        "every entity is listed, read, created, changed and deleted over REST, as far as its access allows",
    ),
    "contract": (
        phrase(
            r"(?:(?:open ?api|swagger|redoc|interactive|auto(?:matically)?|generated|api|and|/"
            r"|complete|3\.[01]|with|\d) )*"
            r"(?:open ?api|swagger(?: ui)?|redoc|api (?:docs|documentation|reference|specs?"
            r"|contract)|postman(?: collection)?)"
            r"(?: (?:docs|documentation|specs?|specification|ui|schema|3\.[01]|and|/|swagger"
            r"|document|definitions?|page))*"
        ),
        "OpenAPI 3.1, served and committed",
    ),
    "docs": (
        phrase(
            r"(?:(?:good|full|complete|developer|setup|clear|comprehensive|technical|architecture"
            r"|deployment|and) )*(?:documentation|docs|readme|runbook|user guide)(?: (?:and|,) "
            r"(?:readme|docs|runbook))*"
        ),
        "README, architecture, schema, set-up, testing, runbook",
    ),
    "docker": (
        phrase(
            r"(?:docker(?: ?files?| ?compose|ised|ized)?|dockerfile|dockeri[sz]ed|containeri[sz]ed"
            r"|containers?|containeri[sz]ation|podman)"
            r"(?: (?:images?|setup|compose|containers?|deployment|support|file|ready|and|build"
            r"|environment|configuration|compose file|for (?:local )?(?:development|deployment)))*"
            r"|(?:deploy(?:ed|able|ment|s)?)(?: (?:to|with|via|using|in|on|as))*(?: (?:docker(?: "
            r"compose)?|containers?))"
        ),
        "Dockerfile and compose.yaml",
    ),
    "ci": (
        phrase(
            r"(?:ci ?/ ?cd|ci|github actions|gitlab ci|continuous (?:integration|delivery"
            r"|deployment))(?: (?:pipelines?|workflows?|and|setup|with github actions|continuous "
            r"delivery|/|cd))*"
        ),
        ".github/workflows/ci.yml",
    ),
    "health": (
        phrase(
            r"(?:health|readiness|liveness|ready|startup)(?: ?(?:and|/|,) (?:readiness|liveness"
            r"|health))*(?: ?(?:checks?|probes?|endpoints?|check endpoints?))+|healthchecks?"
            r"|healthz"
        ),
        "/health endpoints",
    ),
    "metrics": (
        phrase(
            r"(?:prometheus|metrics|monitoring|observability|grafana)(?: (?:metrics|endpoints?"
            r"|monitoring|and|dashboards?|with|using|exporter|via|prometheus|grafana|alerts))*"
        ),
        "/metrics in Prometheus format",
    ),
    "logging": (
        phrase(
            r"(?:(?:structured|json|request|centrali[sz]ed|application|error|access|proper|good"
            r"|detailed) )*(?:logging(?! (?:in|out|into))|log files)(?: (?:and|with|of|requests"
            r"|request ids?))*"
            r"|(?:structured|json|request|application|error|access) logs(?: (?:and|with|of"
            r"|requests|request ids?))*"
        ),
        "structured logs with a request id",
    ),
    "audit": (
        phrase(
            r"(?:full |complete )?(?:audit(?:ing)?(?: (?:logs?|logging|trails?|history|events))?"
            r"|change (?:history|log|logs|tracking)|activity logs?|history of changes|who changed "
            r"what)(?: required)?(?: (?:of|for|on) (?:all |every )?(?:changes|writes|actions"
            r"|modifications|operations))*"
        ),
        "every write is recorded with actor, time and change",
    ),
    "validation": (
        phrase(
            r"(?:(?:input|request|data|schema|strict|proper|strong|pydantic|server side|form|full"
            r"|payload|and) )*(?:validation|sanitization|validated)(?: (?:and|of|on|for|rules"
            r"|errors?|input|inputs|requests|all|every|data|error handling|sanitization))*"
        ),
        "types, lengths and ranges are checked at the edge and in the database",
    ),
    "errors": (
        phrase(
            r"(?:(?:proper|good|consistent|clear|meaningful|standardi[sz]ed|helpful|robust|useful"
            r"|global|structured|json|error|centrali[sz]ed) )*(?:error (?:handling|messages?"
            r"|responses?|format|codes)|problem (?:details|json|\+ json)|rfc ?9457|rfc ?7807"
            r"|status codes|http status codes)(?: (?:and|with|rfc ?9457|\( rfc ?9457 \)|problem "
            r"details))*"
        ),
        "problem details (RFC 9457) everywhere",
    ),
    "paging": (
        phrase(
            r"(?:(?:cursor|offset|keyset|based|all|every|lists?|results?|responses?|are|is|be"
            r"|should|must|with|server side) )*(?:paginat(?:ion|ed|e)|paging|paged|infinite "
            r"scroll(?:ing)?|page by page)(?: (?:lists?|results?|responses?|for|on|of|all|every"
            r"|lists|list|endpoints?|everywhere|support|and limits|with limits|in pages))*"
        ),
        "every list is paged with signed cursors and a bounded limit",
    ),
    "migrations": (
        phrase(
            r"(?:(?:database|schema|db|alembic|versioned|reversible|automatic|data) "
            r")*(?:migrations?|alembic)(?: (?:with|using|via|alembic|scripts?|support"
            r"|management))*"
        ),
        "reversible migrations",
    ),
    "seed": (
        phrase(
            r"(?:seed|sample|demo|example|test|dummy|initial)(?:ed)? (?:data|records?|rows"
            r"|fixtures)(?: (?:for|and) (?:development|testing|fixtures))?|seeds|seeding|fixtures"
        ),
        "seed data for development",
    ),
    "concurrency": (
        phrase(
            r"optimistic (?:locking|concurrency(?: control)?)|e ?tags?|conditional requests|row "
            r"versions?|concurrent (?:edits?|updates?)"
        ),
        "ETag and If-Match on every row",
    ),
    "security": (
        phrase(
            r"(?:(?:strict|configurable|proper|http|basic|good|api|owasp|secure|application) "
            r")*(?:cors|security headers|owasp(?: top (?:10|ten))?|https|tls|helmet|security(?: "
            r"best practices| hardening| headers)?|secure by default|(?:sql )?injection(?: "
            r"(?:protection|prevention|safe))?|xss|csrf(?: (?:protection|tokens?|checks?))?|best practices)(?: "
            r"(?:support|configuration|settings|enabled|protection|compliant|compliance|and"
            r"|headers|policy|for the frontend))*|secure"
        ),
        "safe by construction: headers, CORS list, bound parameters",
    ),
    "settings": (
        phrase(
            r"(?:(?:typed|environment|env|configured|configurable|by|via|through|using|from|with"
            r"|12|twelve|factor|all) )*(?:environment variables|env vars|environment (?:based "
            r")?config(?:uration)?|env files?|config(?:uration)? (?:via|through|from) (?:env"
            r"|environment)|12 factor|twelve factor(?: app)?|settings)(?: (?:config(?:uration)?"
            r"|settings|and))*"
        ),
        "typed settings from the environment",
    ),
    "timestamps": (
        phrase(
            r"(?:(?:created|updated|creation|modification|modified|and|/|with|automatic|,) "
            r")*(?:timestamps|created at(?: (?:and|/|,) updated at)?|updated at|creation (?:date"
            r"|time)|uuids?(?: (?:primary keys?|ids?|v7|keys))*|primary keys?|unique ids?"
            r"|ids?)(?: (?:on|for) (?:all|every|each) (?:tables?|entit(?:y|ies)|records?|rows?"
            r"|models?))?"
        ),
        "every row has id, version, created_at and updated_at",
    ),
    "stack": (
        phrase(
            r"(?:(?:in|using|with|on|written|modern|built|latest|of) )*(?:python(?: "
            r"3(?:\.\d+)?\+?)?|fast ?api|sql ?alchemy(?: 2(?:\.\d)?)?|pydantic(?: v?2)?|uvicorn"
            r"|granian|asyncio|async(?:hronous)?(?: (?:python|io|api|code|first))?)(?: (?:backend"
            r"|and|with|stack|framework|orm|models?|service|server|based|,|\+|/|web))*"
        ),
        "Python, FastAPI, SQLAlchemy, Pydantic",
    ),
    "quality": (
        phrase(
            r"(?:(?:clean|production|well|highly|high|easily|easy|fully|and|good|,|strict|static) "
            r")*(?:production (?:ready|grade|quality)|clean (?:code|architecture)|maintainable"
            r"|scalable|scalability|structured|type (?:hints|checked|safe|checking|safety"
            r"|annotations)|mypy|ruff|linting|linters?|code quality|layered architecture"
            r"|modular(?: architecture)?|separation of concerns|pre ?commit(?: hooks)?|lightweight"
            r"|fast|performant|reliable|robust|extensible|testable|high performance|enterprise "
            r"grade|readable)(?: (?:code|architecture|codebase|structure|backend|design|and))*"
        ),
        "small typed modules, one folder per area, checked by verify",
    ),
    "database": (
        phrase(
            r"(?:(?:proper|good|database|db|connection|foreign|with|and|correct|the|right"
            r"|appropriate) )*(?:connection pool(?:ing|s)?|database (?:indexes|indices"
            r"|transactions|constraints|schema|design|relationships|layer)|indexes|indices"
            r"|foreign keys?|constraints|referential integrity|acid|transactional"
            r"|normali[sz]ed(?: schema| database)?|relational (?:database|schema|model)|sql "
            r"database|relational)(?: (?:on|for|and|between|constraints|where needed|where "
            r"appropriate|indexes))*"
        ),
        "constraints, foreign keys, and indexes for the declared queries",
    ),
    "resilience": (
        phrase(
            r"graceful shutdown|idempotency(?: keys?)?|idempotent(?: (?:requests?|writes|posts?"
            r"|endpoints?|creation))?|retries|retry logic|timeouts|circuit breakers?"
        ),
        "idempotency keys, timeouts and clean shutdown",
    ),
}
"""What every service has: element → pattern, and what there is."""
