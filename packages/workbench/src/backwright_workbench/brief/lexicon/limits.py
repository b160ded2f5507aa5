"""How briefs limit and measure: rates, sizes, times.

What lives here: tables and patterns, as data. What must not: code that reads them (`limits.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.quantities import NUMBER, SIZE_FORM

RATE_WORDS = re.compile(
    r"(?<!\S)(?:(?:api|global|strict|sensible|basic|ip|per|user|client|default|request|a"
    r"|the|based|redis|with|and) )*"
    r"(?:rate ?limit(?:ing|ed|s|er)?|throttl(?:e|ed|ing)|request limits?|quotas?|limit(?:ed)?)"
    r"(?: (?:of|to|at|is|be|should|must|all|requests?|clients|callers|users|everyone|api"
    r"|calls|using|via|by|per|ip"
    r"|user|:|every|the|each|client|anyone|max|maximum|endpoints?|up))*(?!\S)"
)
REQUESTS = re.compile(r"(?<!\S)(?:requests?|reqs?|calls?|rpm|rps|hits?|queries)(?!\S)")
WHOM = re.compile(
    r"(?<!\S)(?:per|for each|for every|by|for all|each) (?:(?:authenticated|single|signed in|client) )?"
    r"(?:users?|clients?|ips?|ip addresses|ip address|callers?|api ?keys?|keys?|accounts?"
    r"|customers?|tenants?|person)"
    r"(?: (?:and|or|/) (?:ip|user|client|key))*(?!\S)"
)
LOGIN = re.compile(
    r"(?<!\S)(?:log ?in|logins|sign ?in|auth(?:entication)?|password|registration|sign ?up)(?!\S)"
)
ANONYMOUS = re.compile(
    r"(?<!\S)(?:anonymous|unauthenticated|guests?|public|free (?:tier|plan|users)|premium"
    r"|paid users|admins?)(?!\S)"
)
TIME = rf"(?P<count>{NUMBER}) ?(?P<unit>ms|milliseconds?|s|secs?|seconds?)(?!\S)"
LATENCY = re.compile(
    r"(?<!\S)(?:(?:p ?(?:50|90|95|99|999)|95th percentile|percentile|api|average|read|mean|typical) )*"
    r"(?:p ?(?:50|90|95|99|999)|response times?|latency|latencies|responses?|respond(?:s"
    r"|ing)?|answers?|endpoints?|reads)"
    r"(?: (?:times?|latency|latencies|of|is|are|be|must|should|stay|stays|for|reads|all"
    r"|requests|endpoints|in|at|respond"
    r"|response|<|<=|≤|under|below|less|than|within|most|faster|:|up|to|max|maximum|no|more|\(|\)|p95))*? "
    + TIME
    + r"(?: (?:at|for|in) (?:the )?(?:p ?95|p ?99|95th percentile|95 % of (?:requests|cases)))?"
)
LATENCY_TURNED = re.compile(
    r"(?<!\S)(?:<|under|below|sub|within|less than) ?"
    + TIME
    + r"(?: (?:p95|p99|response times?|latency|responses?|at p95))+(?!\S)"
)
MEMORY = re.compile(
    rf"(?<!\S)(?:memory|ram)(?: (?:usage|budget|limit|footprint|of|is|under|below|at most"
    rf"|up to|<|≤|<=|:))* {SIZE_FORM}(?!\S)"
    rf"|(?<!\S)(?:(?:under|within|less than|at most|in|<) "
    rf")?{SIZE_FORM.replace('<count>', '<count2>').replace('<unit>', '<unit2>')}"
    r" (?:of )?(?:memory|ram)(?: (?:budget|limit))?(?!\S)"
)
ERRORS = re.compile(
    rf"(?<!\S)error rates?(?: (?:is|<|under|below|of|≤|<=|less than|at most|max))* (?P<count>{NUMBER}) %"
)
BODY = re.compile(
    r"(?<!\S)(?:(?:max|maximum|request) )*(?:body|payload|request)(?: (?:bodies|size|limit"
    r"|of|up to|:|max|under|is|limited|to))* "
    rf"{SIZE_FORM}(?!\S)"
)
CAPACITY = re.compile(
    r"(?<!\S)(?:\w+ ){0,3}\d[\d.,]*(?: k)? (?:concurrent|simultaneous|active|daily) "
    r"(?:users|connections|requests|clients)"
)
CAPACITY_VERBS = word_set(
    "handle handles support supports sustain serve serves process throughput scale capacity load"
)
UNHELD = "a target of load, which the blueprint does not hold"
