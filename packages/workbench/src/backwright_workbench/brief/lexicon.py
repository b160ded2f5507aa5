"""What briefs ask for, in whose words.

What lives here: tables of patterns and their meaning, as data. What must not: code that reads them, and business words
(`entities/*.yaml`). Patterns are matched against a clause in lower case with one space between words and around marks;
hyphens inside words are gone (`full text`).
"""

import re
from typing import Literal

from backwright_workbench.blueprint.model import AuthMethod, Capability


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


_DATABASE = r"(?: (?:relational )?(?:database|db|server|as (?:the |a |our )?(?:main |primary )?(?:database|db|store|storage)))?"

DATABASES: dict[Literal["postgresql", "mariadb", "sqlite"], re.Pattern[str]] = {
    "postgresql": _p(rf"(?:postgres(?:ql| sql)?|psql|pgsql|timescaledb|cockroachdb)(?: \d+)?{_DATABASE}"),
    "mariadb": _p(rf"(?:mysql|maria ?db)(?: \d+)?{_DATABASE}"),
    "sqlite": _p(rf"(?:sqlite3?|sql lite){_DATABASE}"),
}

CACHES: dict[Literal["redis"], re.Pattern[str]] = {"redis": _p(r"redis|valkey|dragonfly ?db")}

FILES: dict[Literal["s3", "local"], re.Pattern[str]] = {
    "s3": _p(
        r"(?:to |on |in |using |via )?(?:(?:amazon|aws) )?s3(?: (?:compatible|bucket|buckets|storage|object storage))*"
        r"|minio|object (?:storage|store)|cloud storage|blob storage|cloudflare r2|gcs|google cloud storage|azure blob(?: storage)?"
    ),
    "local": _p(
        r"(?:on |to |in )?(?:the )?(?:local )?(?:disk|file ?system|filesystem)(?: storage)?|local (?:files|file storage|storage)"
    ),
}

AUTH: dict[AuthMethod, re.Pattern[str]] = {
    "oauth2": _p(
        r"oauth ?2?(?: 2\.[01])?(?: (?:authentication|authorization|login|auth|flow|flows|tokens?|scopes|bearer|password|code))*"
        r"|oauth2(?: (?:authentication|authorization|login|auth|flow|flows|tokens?|scopes|bearer|password|code|with))*"
        r"|client credentials(?: (?:grant|flow))?"
    ),
    "oidc": _p(
        r"(?:oidc|open ?id(?: connect)?|keycloak|auth0|okta|entra(?: id)?|azure ad|cognito|sso|single sign on"
        r"|social (?:login|sign in|auth|logins)|(?:google|github|microsoft|facebook|apple)(?: (?:and|or|/) (?:google|github|microsoft|facebook|apple))*"
        r" (?:login|logins|sign in|sign on|oauth2?|auth|authentication|accounts?)"
        r"|(?:and|via|with|or|through) (?:google|github|microsoft|facebook|apple)(?! (?:maps|pay|analytics|drive|cloud|sheets|calendar))"
        r"|(?:sign|log|login) ?in (?:with|via|using|through) (?:google|github|microsoft|facebook|apple)"
        r"(?: (?:and|or|/) (?:google|github|microsoft|facebook|apple))*)(?: (?:authentication|login|auth|provider))*"
    ),
    "sessions": _p(
        r"session (?:cookies?|based)(?: (?:authentication|auth|login|logins))*|cookie (?:based )?(?:sessions?|authentication|auth|login)"
        r"|(?:server side|web|login) sessions|cookies"
    ),
    "api_keys": _p(
        r"api ?keys?(?: (?:authentication|auth|management|access|support|based))*|api tokens?|(?:service|machine) (?:tokens?|accounts?|clients?)"
        r"|personal access tokens?"
    ),
    "mfa": _p(
        r"(?:2fa|mfa|totp|otp|two factor|multi factor|two step)(?: (?:authentication|auth|verification|login|codes?))*"
        r"|one time (?:passwords?|codes?|passcodes?)|authenticator apps?"
    ),
    "password": _p(
        r"(?:e?mail|user ?name)(?: (?:and|&|/|\+|or))? ?(?:/ )?passwords?(?: (?:login|logins|auth|authentication|sign in|based))*"
        r"|passwords?(?: (?:based|login|logins|auth|authentication|hashing|protected|sign in|hashes))*"
        r"|(?:(?:stateless|access|refresh|and|signed) )*(?:jwts?|json web tokens?|bearer tokens?|access tokens|refresh tokens?)"
        r"(?: (?:based|access|refresh|and|token|tokens|authentication|authorization|auth|login|bearer))*"
        r"|token (?:based )?(?:authentication|auth|authorization)|basic auth(?:entication)?"
        r"|argon2(?:id)?|bcrypt"
    ),
}
"""Methods of authentication. JSON Web Tokens are what signing in with a password gives."""

SIGN_IN = _p(
    r"(?:secure |user |proper |standard )?(?:authentication(?: and authori[sz]ation)?|auth|log ?in|logins|sign(?:ing)? (?:in|up)|log in|logged in"
    r"|sign up|signup|signin|registration|user (?:accounts?|management|registration|profiles?|authentication|login|signup|model)"
    r"|(?:users|people|customers|members) (?:can |should be able to |may |must )?(?:register|sign up|sign in|log in|login|create an account)"
    r"(?: (?:and|/|or|,) (?:log in|login|sign in|register))*)"
    r"(?: (?:system|required|needed|flow|via|using|with|and (?:registration|sign up|login)))*"
)
"""People sign in, however; says nothing about the method."""

NO_AUTH = _p(
    r"(?:no|without(?: any)?) (?:user )?(?:auth|authentication|login|logins|log in|sign in|authorization|accounts?|users)"
    r"(?: (?:needed|required|necessary|at all|is (?:needed|required)))?"
    r"|(?:authentication|login|auth) (?:is )?(?:not (?:needed|required)|optional|disabled)"
    r"|(?:open|public|unauthenticated|anonymous) (?:api|access) without (?:any )?(?:login|authentication|auth)"
)

RBAC = _p(
    r"(?:rbac|(?:role|roles) based (?:access(?: control)?|permissions?|authori[sz]ation|security|auth)|access (?:control|rights|rules|levels)"
    r"|(?:user |different |access )*(?:roles|permissions)(?: and (?:roles|permissions))?|authori[sz]ation)"
    r"(?: \( rbac \))?(?: (?:for|with|and) (?:the |all |different |various |several |multiple |user )*(?:users?|roles|user roles|permissions|user types|levels))*"
)

WANTED: dict[Capability, re.Pattern[str]] = {
    "graphql": _p(r"graphql(?: (?:api|endpoint|apis|queries|schema|support|mutations|subscriptions))*"),
    "websockets": _p(
        r"web ?sockets?(?: (?:support|api|connections?|updates?|for (?:live|real time) updates|notifications))*|socket ?\.? ?io"
        r"|(?:real ?time|live)(?: (?:updates?|notifications?|chat|tracking|dashboard|data|feed|sync|messaging|communication|status))*"
        r"|server sent events|sse|push updates"
    ),
    "jobs": _p(
        r"(?:background|asynchronous|async|scheduled|periodic|recurring|nightly|cron|celery|worker|job|task)"
        r" (?:jobs?|tasks?|workers?|processing|queues?|processes|cleanup)(?: (?:processing|queue|system|with celery))*"
        r"|celery|job queue|task queue|queue workers?|cron"
    ),
    "webhooks": _p(r"(?:outgoing |incoming )?web ?hooks?(?: (?:notifications?|support|delivery|events|callbacks?|integration))*"),
    "notifications": _p(
        r"(?:(?:e?mails?|sms|push|in app|text|slack|automatic|automated|instant|and|or|,|/) )*"
        r"(?:notifications?|reminders?|alerting|newsletters?)(?: (?:by|via|through|over|for|to) (?:e?mail|sms|push|slack)(?: (?:and|or) (?:e?mail|sms|push))*)?"
        r"|notif(?:y|ies|ied|ying)|(?:e?mails?|sms) (?:alerts?|confirmations?|verification|updates|messages|receipts?|sending|delivery)"
        r"|(?:send|sends|sending|receive|receives|get|gets) (?:an? |out |automatic |welcome )*(?:e?mails?|sms|alerts?|messages? by e?mail|confirmations?)"
        r"|(?:send(?:s|ing)? |get |receive )?(?:an? )?(?:reminder|confirmation|welcome|notification) (?:e?mails?|sms|messages?)"
        r"|twilio|sendgrid|mailgun|smtp|confirmation emails?|password reset(?: (?:by|via|emails?|email))*|email verification"
    ),
    "multi_tenancy": _p(
        r"multi ?tenan(?:cy|t|ts)(?: (?:support|architecture|saas|isolation|system|data isolation|backend))*|tenant (?:isolation|data isolation|aware)"
        r"|(?:per|each) tenant|tenants"
    ),
    "payments": _p(
        r"(?:payments? (?:are |is |be |will |to |get )*(?:processed|handled|made|taken|accepted|collected) )?(?:(?:via|with|through|by|using) )?(?:the )?stripe(?: (?:payments?|integration|checkout|billing|webhooks?))*|paypal|braintree|adyen|mollie"
        r"|(?:online |card |credit card |mobile )?payments? (?:processing|gateways?|integration|providers?|systems?)(?: integration)?"
        r"|(?:process(?:es|ing)?|accept(?:s|ing)?|take|collect|handle) (?:online |card |credit card )?payments?|online payments?|card payments?"
    ),
    "field_encryption": _p(
        r"(?:(?:field|column|data|database|at) (?:level )?)?(?:rest )?encryption(?: (?:at rest|of (?:sensitive|personal) (?:data|fields)|of pii))?"
        r"|encrypt(?:ed|s)?(?: (?:at rest|fields?|columns?|storage|in the database))*|(?:sensitive|personal) data (?:is |must be )?encrypted"
    ),
    "feature_flags": _p(r"feature (?:flags?|toggles?|switches)"),
    "message_broker": _p(
        r"(?:rabbit ?mq|kafka|nats|sqs|pulsar|amqp|google pub ?/? ?sub|redis streams)(?: (?:events?|messaging|queues?|topics?|broker|streams?|integration))*"
        r"|message (?:brokers?|queues?|bus)|event (?:bus|driven(?: architecture)?|streaming|sourcing|broker)|domain events|pub ?/ ?sub|pubsub"
    ),
    "tracing": _p(r"(?:open ?telemetry|otel|jaeger|zipkin|distributed tracing|tracing|datadog|new relic)(?: (?:tracing|traces|support|integration))*"),
    "kubernetes": _p(r"(?:deploy(?:ed|able|ment|s|ments)? (?:to|on|in|with|via) )?(?:a )?(?:kubernetes|k8s|helm|eks|gke|aks|openshift)(?: (?:deployments?|manifests?|charts?|clusters?|ready|native))*"),
    "full_text_engine": _p(r"(?:elastic ?search|opensearch|open search|meili ?search|typesense|algolia|solr|sphinx)(?: (?:search|index|engine|integration|for search))*"),
    "import_export": _p(
        r"(?:(?:csv|excel|xlsx|json|pdf|xml|data|bulk data|and|/|or|,) )*(?:imports?|exports?|importing|exporting)"
        r"(?:(?: (?:and|/|or))? (?:imports?|exports?|importing|exporting))*"
        r"(?: (?:of|the|to|from|as|via|in|into|data|results|lists?|records|and|or|/|files?))* (?:csv|excel|xlsx|json|pdf|xml|spreadsheets?)(?: (?:and|or|/|,) (?:csv|excel|xlsx|json|pdf))*(?: files?| format)?"
        r"|(?:csv|excel|xlsx|data|pdf|spreadsheet) (?:imports?|exports?|downloads?|uploads?)(?: ?(?:/|and) ?(?:imports?|exports?))?"
        r"|(?:data )?(?:import|export) ?(?:/|and) ?(?:import|export)"
    ),
    "reports": _p(
        r"(?:(?:generate|generating|view|create|produce|run|see|monthly|weekly|daily|yearly|annual|financial|sales|summary|usage|attendance|progress|inventory|stock|basic|simple|custom|low|low stock|pdf|revenue|performance|activity|occupancy|management) )*"
        r"(?:reports|reporting|analytics|dashboards?|statistics|stats|kpis|charts)(?: (?:and|,|/|&) (?:reports|reporting|analytics|dashboards?|statistics|stats))*"
        r"(?: (?:endpoints?|module|for (?:managers|admins?|management)))*|(?:monthly|weekly|daily|summary|sales) report"
    ),
}

ALWAYS: dict[str, tuple[re.Pattern[str], str]] = {
    "tests": (
        _p(
            r"(?:(?:comprehensive|full|complete|thorough|automated|good|high|proper|extensive|solid|unit|integration|end to end|e2e|api|acceptance|functional|contract|pytest|and|with|&|,|/|100 %|\d+ % ?\+?) )*"
            r"(?:test (?:suites?|coverage|cases|driven)|tests|testing|code coverage|coverage|pytest)(?: (?:suites?|coverage|cases|with pytest|using pytest|for everything|included))*"
        ),
        "every service has tests per area, an access matrix and contract tests",
    ),
    "api": (
        _p(
            r"(?:(?:well|documented|clean|versioned|json|http|secure|public|simple|full|complete|standard|basic|all|usual) )*"
            r"(?:rest(?:ful)?(?: json)?(?: (?:api|apis|endpoints?|backend|service|services|web service|web api|interface|resources|routes))*|json api|http api|api endpoints?|crud|endpoints)"
            r"(?: (?:api|apis|endpoints?|operations?|functionality|routes|actions|access|backend|support|and))*"
            r"(?: (?:for|on) (?:the |all |each |every |standard |basic |full |of |these |above |main |our )*(?:crud(?: operations)?|entit(?:y|ies)|resources?|tables?|models?|them|these|everything|it|objects|above|operations))*"
        ),
        "every entity is listed, read, created, changed and deleted over REST, as far as its access allows",
    ),
    "contract": (
        _p(
            r"(?:(?:open ?api|swagger|redoc|interactive|auto(?:matically)?|generated|api|and|/|complete|3\.[01]|with|\d) )*"
            r"(?:open ?api|swagger(?: ui)?|redoc|api (?:docs|documentation|reference|specs?|contract)|postman(?: collection)?)"
            r"(?: (?:docs|documentation|specs?|specification|ui|schema|3\.[01]|and|/|swagger|document|definitions?|page))*"
        ),
        "OpenAPI 3.1, served and committed",
    ),
    "docs": (
        _p(r"(?:(?:good|full|complete|developer|setup|clear|comprehensive|technical|architecture|deployment|and) )*(?:documentation|docs|readme|runbook|user guide)(?: (?:and|,) (?:readme|docs|runbook))*"),
        "README, architecture, schema, set-up, testing, runbook",
    ),
    "docker": (
        _p(
            r"(?:docker(?: ?files?| ?compose|ised|ized)?|dockerfile|dockeri[sz]ed|containeri[sz]ed|containers?|containeri[sz]ation|podman)"
            r"(?: (?:images?|setup|compose|containers?|deployment|support|file|ready|and|build|environment|configuration|compose file|for (?:local )?(?:development|deployment)))*"
            r"|(?:deploy(?:ed|able|ment|s)?)(?: (?:to|with|via|using|in|on|as))*(?: (?:docker(?: compose)?|containers?))"
        ),
        "Dockerfile and compose.yaml",
    ),
    "ci": (
        _p(r"(?:ci ?/ ?cd|ci|github actions|gitlab ci|continuous (?:integration|delivery|deployment))(?: (?:pipelines?|workflows?|and|setup|with github actions|continuous delivery|/|cd))*"),
        ".github/workflows/ci.yml",
    ),
    "health": (
        _p(r"(?:health|readiness|liveness|ready|startup)(?: ?(?:and|/|,) (?:readiness|liveness|health))*(?: ?(?:checks?|probes?|endpoints?|check endpoints?))+|healthchecks?|healthz"),
        "/health endpoints",
    ),
    "metrics": (
        _p(r"(?:prometheus|metrics|monitoring|observability|grafana)(?: (?:metrics|endpoints?|monitoring|and|dashboards?|with|using|exporter|via|prometheus|grafana|alerts))*"),
        "/metrics in Prometheus format",
    ),
    "logging": (
        _p(r"(?:(?:structured|json|request|centrali[sz]ed|application|error|access|proper|good|detailed) )*(?:logging|log files)(?: (?:and|with|of|requests|request ids?))*|(?:structured|json|request|application|error|access) logs(?: (?:and|with|of|requests|request ids?))*"),
        "structured logs with a request id",
    ),
    "audit": (
        _p(r"(?:full |complete )?(?:audit(?:ing)?(?: (?:logs?|logging|trails?|history|events))?|change (?:history|log|logs|tracking)|activity logs?|history of changes|who changed what)(?: (?:of|for|on) (?:all |every )?(?:changes|writes|actions|modifications|operations))*"),
        "every write is recorded with actor, time and change",
    ),
    "validation": (
        _p(r"(?:(?:input|request|data|schema|strict|proper|strong|pydantic|server side|form|full|payload|and) )*(?:validation|sanitization|validated)(?: (?:and|of|on|for|rules|errors?|input|inputs|requests|all|every|data|error handling|sanitization))*"),
        "types, lengths and ranges are checked at the edge and in the database",
    ),
    "errors": (
        _p(r"(?:(?:proper|good|consistent|clear|meaningful|standardi[sz]ed|helpful|robust|useful|global|structured|json|error|centrali[sz]ed) )*(?:error (?:handling|messages?|responses?|format|codes)|problem (?:details|json|\+ json)|rfc ?9457|rfc ?7807|status codes|http status codes)(?: (?:and|with|rfc ?9457|\( rfc ?9457 \)|problem details))*"),
        "problem details (RFC 9457) everywhere",
    ),
    "paging": (
        _p(r"(?:(?:cursor|offset|keyset|based|all|every|lists?|results?|responses?|are|is|be|should|must|with|server side) )*(?:paginat(?:ion|ed|e)|paging|paged|infinite scroll(?:ing)?|page by page)(?: (?:lists?|results?|responses?|for|on|of|all|every|lists|list|endpoints?|everywhere|support|and limits|with limits|in pages))*"),
        "every list is paged with signed cursors and a bounded limit",
    ),
    "migrations": (
        _p(r"(?:(?:database|schema|db|alembic|versioned|reversible|automatic|data) )*(?:migrations?|alembic)(?: (?:with|using|via|alembic|scripts?|support|management))*"),
        "reversible migrations",
    ),
    "seed": (_p(r"(?:seed|sample|demo|example|test|dummy|initial)(?:ed)? (?:data|records?|rows|fixtures)(?: (?:for|and) (?:development|testing|fixtures))?|seeds|seeding|fixtures"), "seed data for development"),
    "concurrency": (_p(r"optimistic (?:locking|concurrency(?: control)?)|e ?tags?|conditional requests|row versions?|concurrent (?:edits?|updates?)"), "ETag and If-Match on every row"),
    "security": (
        _p(r"(?:(?:strict|configurable|proper|http|basic|good|api|owasp|secure|application) )*(?:cors|security headers|owasp(?: top (?:10|ten))?|https|tls|helmet|security(?: best practices| hardening| headers)?|secure by default|(?:sql )?injection(?: (?:protection|prevention|safe))?|xss|csrf(?: protection)?|best practices)(?: (?:support|configuration|settings|enabled|protection|compliant|compliance|and|headers|policy|for the frontend))*|secure"),
        "safe by construction: headers, CORS list, bound parameters",
    ),
    "settings": (_p(r"(?:(?:typed|environment|env|configured|configurable|by|via|through|using|from|with|12|twelve|factor|all) )*(?:environment variables|env vars|environment (?:based )?config(?:uration)?|env files?|config(?:uration)? (?:via|through|from) (?:env|environment)|12 factor|twelve factor(?: app)?|settings)(?: (?:config(?:uration)?|settings|and))*"), "typed settings from the environment"),
    "timestamps": (_p(r"(?:(?:created|updated|creation|modification|modified|and|/|with|automatic|,) )*(?:timestamps|created at(?: (?:and|/|,) updated at)?|updated at|creation (?:date|time)|uuids?(?: (?:primary keys?|ids?|v7|keys))*|primary keys?|unique ids?|ids?)(?: (?:on|for) (?:all|every|each) (?:tables?|entit(?:y|ies)|records?|rows?|models?))?"), "every row has id, version, created_at and updated_at"),
    "stack": (
        _p(
            r"(?:(?:in|using|with|on|written|modern|built|latest|of) )*(?:python(?: 3(?:\.\d+)?\+?)?|fast ?api|sql ?alchemy(?: 2(?:\.\d)?)?|pydantic(?: v?2)?|uvicorn|granian|asyncio|async(?:hronous)?(?: (?:python|io|api|code|first))?)(?: (?:backend|and|with|stack|framework|orm|models?|service|server|based|,|\+|/|web))*"
        ),
        "Python, FastAPI, SQLAlchemy, Pydantic",
    ),
    "quality": (
        _p(
            r"(?:(?:clean|production|well|highly|high|easily|easy|fully|and|good|,|strict|static) )*(?:production (?:ready|grade|quality)|clean (?:code|architecture)|maintainable|scalable|scalability|structured|type (?:hints|checked|safe|checking|safety|annotations)|mypy|ruff|linting|linters?|code quality|layered architecture|modular(?: architecture)?|separation of concerns|pre ?commit(?: hooks)?|lightweight|fast|performant|reliable|robust|extensible|testable|high performance|enterprise grade|readable)(?: (?:code|architecture|codebase|structure|backend|design|and))*"
        ),
        "small typed modules, one folder per area, checked by verify",
    ),
    "database": (
        _p(r"(?:(?:proper|good|database|db|connection|foreign|with|and|correct|the|right|appropriate) )*(?:connection pool(?:ing|s)?|database (?:indexes|indices|transactions|constraints|schema|design|relationships|layer)|indexes|indices|foreign keys?|constraints|referential integrity|acid|transactional|normali[sz]ed(?: schema| database)?|relational (?:database|schema|model)|sql database|relational)(?: (?:on|for|and|between|constraints|where needed|where appropriate|indexes))*"),
        "constraints, foreign keys, and indexes for the declared queries",
    ),
    "resilience": (_p(r"graceful shutdown|idempotency(?: keys?)?|idempotent(?: (?:requests?|writes|posts?|endpoints?|creation))?|retries|retry logic|timeouts|circuit breakers?"), "idempotency keys, timeouts and clean shutdown"),
}
"""What every service has: element → pattern, and what there is."""

NOT_OFFERED: dict[str, re.Pattern[str]] = {
    "other databases than PostgreSQL, MariaDB and SQLite are not offered": _p(r"(?:mongo ?db|mongo|dynamo ?db|cassandra|oracle|sql server|mssql|firebase|firestore|couch ?db|neo4j|nosql|cosmos ?db|influx ?db|snowflake)(?: (?:database|db|as (?:the |a )?database))?"),
    "services are written in Python with FastAPI": _p(r"(?:node ?\.? ?js|nodejs|node|express ?\.? ?js|express|nest ?js|nest ?\.? ?js|typescript|javascript|django(?: rest framework)?|flask|spring(?: boot)?|java|kotlin|golang|rust|laravel|php|ruby(?: on rails)?|rails|asp ?\. ?net(?: core)?|\. ?net(?: core)?|c #|elixir|phoenix)(?: (?:backend|framework|api|server|app))*"),
    "only the backend is built": _p(r"(?:react|vue|angular|svelte|next ?\.? ?js|flutter|react native)(?: (?:frontend|app|ui|client|spa|admin))*|(?:web |mobile )?(?:front ?end|user interface|ui)|(?:mobile|ios|android|web) apps?|admin (?:panel|ui|interface|frontend)|landing pages?|dark mode|progressive web app|pwa"),
    "there is a REST interface only": _p(r"(?:grpc|soap|protobuf|odata|thrift|trpc)(?: (?:api|services?|interface|endpoints?))*"),
    "nothing is learned or guessed by a model in the service": _p(r"(?:machine learning|artificial intelligence|ai|ml|llms?|gpt|chatbots?|recommendations?|recommendation engine|predictions?|predictive \w+|neural \w+|sentiment analysis)(?: (?:powered|based|driven|engine|features?|recommendations?|models?|assistants?))*"),
    "rows are deleted for good; model a state such as archived instead": _p(r"soft (?:delet(?:e|es|ion|ed)|deletes)(?: (?:for|on|of) (?:all|every|each) \w+)?|recycle bin|trash"),
    "places are stored as coordinates; there is no search by distance": _p(r"geo ?(?:location|spatial|search|fencing|coding)(?: (?:search|queries|tracking))*|postgis|gps tracking|nearby search|maps? integration|google maps|route optimi[sz]ation"),
    "texts are stored in one language": _p(r"internationali[sz]ation|i18n|multi ?lingual|multiple languages|translations|locali[sz]ation|l10n"),
    "barcodes and documents are not drawn": _p(r"(?:qr|bar) codes?(?: (?:generation|scanning|generator))?|pdf (?:generation|invoices?|tickets?)|generate pdfs?"),
    "availability is a matter of operation": _p(r"\d\d(?:\.\d+)? % (?:uptime|availability)|high availability|failover|disaster recovery|(?:horizontal|auto) ?scal(?:ing|able)|load balanc(?:ing|er|ers)|backups?|zero downtime(?: deployments?)?|read replicas?|replication|sharding"),
    "blockchain is not offered": _p(r"block ?chain|nfts?|smart contracts?|crypto(?:currency)?|ethereum"),
}
"""Asked for now and then, and neither built nor carried: why → pattern."""

LEFT_OUT = _p(r"(?:[a-z]+ ){1,3}(?:is |are )?(?:not|isnt|arent) (?:needed|required|necessary|in scope|part of this)(?: (?:for now|yet|at all|now))?")
"""Said to be left out, whatever it is."""

CACHING = _p(
    r"(?:(?:redis|in memory|response|query|api|server side|http|smart|results?|with|and) )*(?:caching|cache layer|cache|cached)"
)
FREQUENT = _p(
    r"(?:for |of |on |the )*(?:(?:frequently|often|commonly|most|heavily|regularly|highly) (?:accessed|read|used|requested|viewed|queried)|hot|popular|frequent|read heavy|common|repeated|expensive)"
    r"(?: (?:data|queries|reads?|endpoints?|records|entities|items|lookups|requests|resources|responses|information))*"
    r"|(?:for |of |on )(?:read|list|get|all) (?:endpoints?|requests|queries|operations|reads|lists)|for (?:performance|speed|fast reads|better performance|faster responses)"
)
"""After a mention of caching: the data that is read most, without naming it."""

DOMAINS: dict[str, tuple[str, ...]] = {
    "ecommerce": ("Category", "Product", "Customer", "Order", "Review"),
    "online store": ("Category", "Product", "Customer", "Order", "Review"),
    "online shop": ("Category", "Product", "Customer", "Order", "Review"),
    "web shop": ("Category", "Product", "Customer", "Order", "Review"),
    "shop": ("Category", "Product", "Customer", "Order"),
    "store": ("Category", "Product", "Customer", "Order"),
    "marketplace": ("Category", "Product", "Supplier", "Customer", "Order", "Review"),
    "bookstore": ("Author", "Book", "Customer", "Order"),
    "bookshop": ("Author", "Book", "Customer", "Order"),
    "blog": ("Post", "Comment", "Tag"),
    "blogging": ("Post", "Comment", "Tag"),
    "cms": ("Page", "Post", "Media", "Tag"),
    "content management": ("Page", "Post", "Media", "Tag"),
    "crm": ("Company", "Contact", "Deal", "Activity"),
    "customer relationship": ("Company", "Contact", "Deal", "Activity"),
    "library": ("Author", "Book", "Member", "Loan"),
    "todo": ("Task",),
    "to do": ("Task",),
    "to do list": ("Task",),
    "task": ("Project", "Task"),
    "project": ("Project", "Task", "Milestone", "Comment"),
    "kanban": ("Project", "Task", "Comment"),
    "issue tracker": ("Project", "Issue", "Comment"),
    "bug tracker": ("Project", "Issue", "Comment"),
    "helpdesk": ("Customer", "Support Ticket", "Message"),
    "help desk": ("Customer", "Support Ticket", "Message"),
    "customer support": ("Customer", "Support Ticket", "Message"),
    "ticketing": ("Customer", "Support Ticket", "Message"),
    "hospital": ("Patient", "Doctor", "Appointment", "Prescription"),
    "clinic": ("Patient", "Doctor", "Appointment", "Prescription"),
    "medical": ("Patient", "Doctor", "Appointment", "Prescription"),
    "healthcare": ("Patient", "Doctor", "Appointment", "Prescription"),
    "dental": ("Patient", "Doctor", "Appointment"),
    "veterinary": ("Owner", "Pet", "Appointment"),
    "school": ("Student", "Teacher", "Course", "Enrollment", "Grade"),
    "university": ("Student", "Teacher", "Course", "Enrollment", "Grade"),
    "learning": ("Student", "Teacher", "Course", "Lesson", "Enrollment"),
    "lms": ("Student", "Teacher", "Course", "Lesson", "Enrollment"),
    "hotel": ("Hotel", "Room", "Guest", "Booking"),
    "restaurant": ("Restaurant", "Menu Item", "Table", "Reservation"),
    "real estate": ("Property", "Listing", "Landlord", "Tenant", "Lease"),
    "property": ("Property", "Tenant", "Lease"),
    "inventory": ("Category", "Product", "Supplier", "Warehouse", "Stock Item"),
    "stock": ("Product", "Supplier", "Warehouse", "Stock Item"),
    "warehouse": ("Product", "Warehouse", "Stock Item"),
    "hr": ("Department", "Employee", "Leave Request"),
    "human resources": ("Department", "Employee", "Leave Request"),
    "recruitment": ("Job Posting", "Candidate", "Interview"),
    "recruiting": ("Job Posting", "Candidate", "Interview"),
    "fleet": ("Vehicle", "Driver", "Trip", "Fuel Log"),
    "event": ("Venue", "Event", "Attendee"),
    "gym": ("Member", "Membership", "Trainer", "Fitness Class"),
    "fitness": ("Member", "Membership", "Trainer", "Fitness Class"),
    "invoicing": ("Customer", "Invoice", "Payment"),
    "billing": ("Customer", "Invoice", "Payment"),
    "accounting": ("Ledger Account", "Transaction", "Invoice"),
    "expense": ("Employee", "Expense"),
    "budgeting": ("Budget", "Expense"),
    "maintenance": ("Asset", "Technician", "Work Order"),
    "cmms": ("Asset", "Technician", "Work Order"),
    "iot": ("Device", "Sensor", "Reading", "Alert"),
    "survey": ("Survey", "Question", "Response"),
    "nonprofit": ("Donor", "Campaign", "Donation", "Volunteer"),
    "charity": ("Donor", "Campaign", "Donation", "Volunteer"),
    "law firm": ("Client", "Case", "Document"),
    "legal": ("Client", "Case", "Document"),
    "booking": ("Customer", "Booking"),
    "subscription": ("Plan", "Customer", "Subscription"),
}
"""What a brief that names no entity most likely needs; phrases are looked up in the catalogue."""

LABELS = frozenset(
    "roles role users user permissions permission access authentication auth authorization security database storage files"
    " cache caching features feature requirements requirement fields field attributes columns tables entities models"
    " resources filters filter filtering search sorting sort endpoints endpoint api apis stack tech technology technologies"
    " deployment infrastructure performance testing tests documentation docs notes note limits limit rate limits rate limiting"
    " validation rules rule relations relationships overview goal goals description scope context title name background"
    " constraints non functional functional requirements integrations integration monitoring logging observability budgets"
    " status statuses states state workflow workflows lifecycle transitions types type enums values options optional extras"
    " extra other misc miscellaneous also data model domain model data models data schema schema technical business rules"
    " user stories stories acceptance criteria out of scope assumptions summary introduction objective objectives"
    " tech stack core entities main entities uploads attachments pagination bulk must have should have nice to have"
    " operations actions backend service system project application app actors language framework quality".split()
)
"""Words that introduce a list and name no entity."""
