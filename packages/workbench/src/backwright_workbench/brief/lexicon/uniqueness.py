"""How briefs say, in sentences of their own, that no two rows share a value.

What lives here: patterns, as data. What must not: code that reads them (`uniqueness.py`).
"""

import re

_MUST = (
    r"(?:is|are|be|(?:must|should|shall|will|has to|have to|needs? to)(?: always)? be)"
    r"(?: (?:always|globally|therefore|of course))*"
)
_ONE = r"[a-z]+(?: [a-z]+){0,5}?"
_LIST = rf"{_ONE}(?: ,(?: and)? {_ONE}| and {_ONE}| \+ {_ONE})+"
TOGETHER = re.compile(
    rf"(?<!\S)(?:the )?(?:combinations?|pairs?|triples?) (?:of )?(?P<what>{_LIST}) {_MUST} unique(?!\S)"
    rf"|(?<!\S)(?P<both>{_LIST}) {_MUST} (?:unique together|together unique|jointly unique)(?!\S)"
    rf"|(?<!\S)unique(?: together)? (?:\(|on|over|across|together :|combination of) ?(?P<listed>{_LIST})(?= [).]|$)"
)
"""`The combination of section, row and number is unique`."""
ALONE = re.compile(
    rf"(?<!\S)(?P<what>{_ONE}(?: and {_ONE})?) {_MUST} unique"
    r"(?: (?:per|within(?: an?| the)?|in (?:an?|the)|for each|in each) (?P<per>[a-z]+(?: [a-z]+)?))?(?= [.;,)]|$)"
)
"""`The serial number of a device must be unique`, `room numbers are unique per building`."""
_ROWS = r"(?P<rows>[a-z]+(?: [a-z]+){0,2}?)"
NO_TWO = re.compile(
    rf"(?<!\S)(?:(?:no|never) two {_ROWS}(?: (?:can|may|must|should|will))?"
    rf"|two {_ROWS.replace('rows', 'pair')} (?:cannot|never|(?:can|may|must|should|will) (?:not|never)))"
    r" (?:have|has|share|with|carry|use)(?: the)?(?: same)?"
    r" (?P<what>[a-z]+(?: [a-z]+){0,2}?(?: and [a-z]+(?: [a-z]+)?)?)(?= [.;,)]|$)"
)
"""`No two members may have the same card number`, `two shops never share a name`."""
