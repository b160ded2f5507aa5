"""What briefs ask for that this version carries, leaves out, or does not offer.

What lives here: tables and patterns, as data. What must not: code that reads them (`infrastructure.py`).
"""

import re

from backwright_workbench.blueprint.model import Capability
from backwright_workbench.brief.grammar import phrase

WANTED: dict[Capability, re.Pattern[str]] = {
    "graphql": phrase(r"graphql(?: (?:api|endpoint|apis|queries|schema|support|mutations|subscriptions))*"),
    "websockets": phrase(
        r"web ?sockets?(?: (?:support|api|connections?|updates?|for (?:live|real time) updates"
        r"|notifications))*|socket ?\.? ?io"
        r"|(?:real ?time|live)(?: (?:updates?|notifications?|chat|tracking|dashboard|data|feed"
        r"|sync|messaging|communication|status))*"
        r"|server sent events|sse|push updates"
    ),
    "jobs": phrase(
        r"(?:background|asynchronous|async|scheduled|periodic|recurring|nightly|cron|celery|worker|job|task)"
        r" (?:jobs?|tasks?|workers?|processing|queues?|processes|cleanup)(?: (?:processing"
        r"|queue|system|with celery))*"
        r"|celery|job queue|task queue|queue workers?|cron"
    ),
    "webhooks": phrase(
        r"(?:outgoing |incoming )?web ?hooks?(?: (?:notifications?|support|delivery|events"
        r"|callbacks?|integration))*"
    ),
    "notifications": phrase(
        r"(?:(?:e?mails?|sms|push|in app|text|slack|automatic|automated|instant|and|or|,|/) )*"
        r"(?:notifications?|reminders?|alerting|newsletters?)(?: (?:by|via|through|over|for"
        r"|to) (?:e?mail|sms|push|slack)(?: (?:and|or) (?:e?mail|sms|push))*)?"
        r"|notif(?:y|ies|ied|ying)|(?:e?mails?|sms) (?:alerts?|confirmations?"
        r"|updates|messages|receipts?|sending|delivery)"
        r"|(?:send|sends|sending|receive|receives|get|gets) (?:an? |out |automatic |welcome "
        r")*(?:e?mails?|sms|alerts?|messages? by e?mail|confirmations?)"
        r"|(?:send(?:s|ing)? |get |receive )?(?:an? )?(?:reminder|confirmation|welcome"
        r"|notification) (?:e?mails?|sms|messages?)"
        r"|twilio|sendgrid|mailgun|confirmation emails?"
    ),
    "payments": phrase(
        r"(?:payments? (?:are |is |be |will |to |get )*(?:processed|handled|made|taken"
        r"|accepted|collected) )?(?:(?:via|with|through|by|using) )?(?:the )?stripe(?: "
        r"(?:payments?|integration|checkout|billing|webhooks?))*|paypal|braintree|adyen|mollie"
        r"|(?:online |card |credit card |mobile )?payments? (?:processing|gateways?"
        r"|integration|providers?|systems?)(?: integration)?"
        r"|(?:process(?:es|ing)?|accept(?:s|ing)?|take|collect|handle) (?:online |card "
        r"|credit card )?payments?|online payments?|card payments?"
    ),
    "feature_flags": phrase(r"feature (?:flags?|toggles?|switches)"),
    "message_broker": phrase(
        r"(?:(?:domain |business )?(?:events?|messages) (?:on|via|through|over|to) "
        r")?(?:rabbit ?mq|kafka|nats|sqs|pulsar|amqp|google pub ?/? ?sub|redis streams)(?: "
        r"(?:events?|messaging|queues?|topics?|broker|streams?|integration))*"
        r"|message (?:brokers?|queues?|bus)|event (?:bus|driven(?: architecture)?|streaming"
        r"|sourcing|broker)|domain events|pub ?/ ?sub|pubsub"
    ),
    "tracing": phrase(
        r"(?:open ?telemetry|otel|jaeger|zipkin|distributed tracing|tracing|datadog|new "
        r"relic)(?: (?:tracing|traces|support|integration))*"
    ),
    "kubernetes": phrase(
        r"(?:deploy(?:ed|able|ment|s|ments)? (?:to|on|in|with|via) )?(?:a )?(?:kubernetes|k8s"
        r"|helm|eks|gke|aks|openshift)(?: (?:deployments?|manifests?|charts?|clusters?|ready"
        r"|native))*"
    ),
    "full_text_engine": phrase(
        r"(?:elastic ?search|opensearch|open search|meili ?search|typesense|algolia|solr"
        r"|sphinx)(?: (?:search|index|engine|integration|for search))*"
    ),
    "import_export": phrase(
        r"(?:(?:csv|excel|xlsx|json|pdf|xml|data|bulk data|and|/|or|,) )*(?:imports?|exports?"
        r"|importing|exporting)"
        r"(?:(?: (?:and|/|or))? (?:imports?|exports?|importing|exporting))*"
        r"(?: (?:of|the|to|from|as|via|in|into|data|results|lists?|records|and|or|/|files?))* "
        r"(?:csv|excel|xlsx|json|pdf|xml|spreadsheets?)(?: (?:and|or|/|,) (?:csv|excel|xlsx"
        r"|json|pdf))*(?: files?| format)?"
        r"|(?:csv|excel|xlsx|data|pdf|spreadsheet) (?:imports?|exports?|downloads?"
        r"|uploads?)(?: ?(?:/|and) ?(?:imports?|exports?))?"
        r"|(?:data )?(?:import|export) ?(?:/|and) ?(?:import|export)"
    ),
    "reports": phrase(
        r"(?:(?:generate|generating|view|create|produce|run|see|monthly|weekly|daily|yearly"
        r"|annual|financial|sales|summary|usage|attendance|progress|inventory|stock|basic"
        r"|simple|custom|low|low stock|pdf|revenue|performance|activity|occupancy|management) "
        r")*"
        r"(?:reports|reporting|analytics|dashboards?|statistics|stats|kpis|charts)(?: (?:and|,"
        r"|/|&) (?:reports|reporting|analytics|dashboards?|statistics|stats))*"
        r"(?: (?:endpoints?|module|for (?:managers|admins?|management)))*|(?:monthly|weekly"
        r"|daily|summary|sales) report"
    ),
}


LEFT_OUT = phrase(
    r"(?:[a-z]+ ){1,3}(?:is |are )?(?:not|isnt|arent) (?:needed|required|necessary|in "
    r"scope|part of this)(?: (?:for now|yet|at all|now))?"
)
"""Said to be left out, whatever it is."""


NOT_OFFERED: dict[str, re.Pattern[str]] = {
    "other databases than PostgreSQL, MariaDB and SQLite are not offered": phrase(
        r"(?:mongo ?db|mongo|dynamo ?db|cassandra|oracle|sql server|mssql|firebase|firestore"
        r"|couch ?db|neo4j|nosql|cosmos ?db|influx ?db|snowflake)(?: (?:database|db|as (?:the "
        r"|a )?database))?"
    ),
    "services are written in Python with FastAPI": phrase(
        r"(?:node ?\.? ?js|nodejs|node|express ?\.? ?js|express|nest ?js|nest ?\.? ?js"
        r"|typescript|javascript|django(?: rest framework)?|flask|spring(?: boot)?|java|kotlin"
        r"|golang|rust|laravel|php|ruby(?: on rails)?|rails|asp ?\. ?net(?: core)?|\. ?net(?: "
        r"core)?|c #|elixir|phoenix)(?: (?:backend|framework|api|server|app))*"
    ),
    "only the backend is built": phrase(
        r"(?:react|vue|angular|svelte|next ?\.? ?js|flutter|react native)(?: (?:frontend|app"
        r"|ui|client|spa|admin))*|(?:web |mobile )?(?:front ?end|user interface|ui)|(?:mobile"
        r"|ios|android|web) apps?|admin (?:panel|ui|interface|frontend)|landing pages?|dark "
        r"mode|progressive web app|pwa"
    ),
    "people sign in with a password or through a provider of OpenID Connect": phrase(
        r"(?:ldap|active directory|saml(?: 2(?:\.0)?)?|web ?authn|passkeys?|pass ?wordless|magic links?|mtls"
        r"|client certificates?)(?: (?:authentication|auth|login|log in|sign in|support))*"
    ),
    "there is a REST interface only": phrase(
        r"(?:grpc|soap|protobuf|odata|thrift|trpc)(?: (?:api|services?|interface|endpoints?))*"
    ),
    "nothing is learned or guessed by a model in the service": phrase(
        r"(?:machine learning|artificial intelligence|(?:ai|ml) (?:powered|based|driven|engine"
        r"|features?|recommendations?|models?|assistants?)|llms?|gpt|chatbots?"
        r"|recommendations?|recommendation engine|predictions?|predictive \w+|neural \w+"
        r"|sentiment analysis)(?: (?:powered|based|driven|engine|features?|recommendations?"
        r"|models?|assistants?))*"
    ),
    "rows are deleted for good; model a state such as archived instead": phrase(
        r"soft (?:delet(?:e|es|ion|ed)|deletes)(?: (?:for|on|of) (?:all|every|each) \w+)?|recycle bin|trash"
    ),
    "places are stored as coordinates; there is no search by distance": phrase(
        r"geo ?(?:location|spatial|search|fencing|coding)(?: (?:search|queries|tracking))*"
        r"|postgis|gps tracking|nearby search|maps? integration|google maps|route "
        r"optimi[sz]ation"
    ),
    "texts are stored in one language": phrase(
        r"internationali[sz]ation|i18n|multi ?lingual|multiple languages|translations|locali[sz]ation|l10n"
    ),
    "barcodes and documents are not drawn": phrase(
        r"(?:qr|bar) codes?(?: (?:generation|scanning|generator))?|pdf (?:generation|invoices?"
        r"|tickets?)|generate pdfs?"
    ),
    "availability is a matter of operation": phrase(
        r"\d\d(?:\.\d+)? % (?:uptime|availability)|high availability|failover|disaster "
        r"recovery|(?:horizontal|auto) ?scal(?:ing|able)|load balanc(?:ing|er|ers)|backups?"
        r"|zero downtime(?: deployments?)?|read replicas?|replication|sharding"
    ),
    "blockchain is not offered": phrase(r"block ?chain|nfts?|smart contracts?|crypto(?:currency)?|ethereum"),
}
"""Asked for now and then, and neither built nor carried: why → pattern."""
