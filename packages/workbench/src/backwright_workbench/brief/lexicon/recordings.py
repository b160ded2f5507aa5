"""How briefs tell what is written down of something.

What lives here: patterns, as data. What must not: code that reads them (`recordings.py`).
"""

import re

_WE = (
    r"(?:we|i|they|you|it|the system|staff) "
    r"(?:(?:also|always|must|should|want to|need to|have to|would like to|can|will) )*"
)
_WRITE = (
    r"(?:store|stores|keep|keeps|record|records|write|writes|note|notes|need|needs|know|save|saves|track|tracks|register"
    r"|hold|holds|want)(?: (?:down|track of|record of))?"
)
_NOUN = r"(?P<noun>[a-z]+(?: [a-z]+){0,2}?)"
FOR_EACH = re.compile(
    rf"(?<!\S)for (?:each|every|an?) (?!one |of ){_NOUN} (?:, )?(?:(?P<we>{_WE}{_WRITE}|there is|there are)"
    r"(?: (?:the|its|their|his|her|a|an|:))*|(?:its|the|a|an|:)) (?=[a-z])"
)
"""`For each roaster we store …`; a second one needs no verb: `and for each coffee its …`."""
ON_ARRIVAL = re.compile(
    rf"(?<!\S)(?:when|if|once|whenever) (?:an?|the) {_NOUN} (?:comes|arrives|registers|joins|calls|signs up|starts"
    rf"|is new|checks in|visits)(?: in| by)?(?: ,)? {_WE}{_WRITE} "
    r"(?:down )?(?:his|her|its|their|the|a)(?: (?:the|or her))* "
    r"(?=[a-z])"
)
INSIDE = re.compile(rf"^(?:in|on) (?:the|each|every|an?) {_NOUN} there (?:is|are) (?=[a-z])")
WRITTEN = re.compile(rf"(?<!\S){_WE}{_WRITE} (?:the|a|an|each|every) {_NOUN} (?:-|:|\() (?=[a-z])")
