"""What briefs call the parts of a document: lines, items, entries.

What lives here: tables and patterns, as data. What must not: code that reads them (`lines.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

LINES = re.compile(r"(?:line items|lines|items|entries|rows|positions|line entries)(?!\S)")
ASIDE = re.compile(rf"with (?:their |its |several |many )*(?:\w+ ){{0,2}}{LINES.pattern} (?=,|and |&)")
"""In the middle of a list: what one of its nouns comes with."""
AMONG = re.compile(r"(?<!\S)lists? of (?:line items|items|lines|positions|entries)(?!\S)")
"""Among the fields of a thing: `an order has a date and a list of items`."""
MADE_OF = word_set(
    "with has have having contain contains containing include includes including consists consist of and their"
    " its made up comprise comprises"
)
ALONE = word_set("line_item line item order_line entry position")
"""Names that do not say of what they are parts."""
DOCUMENTS = word_set(
    "order invoice quote quotation estimate bill receipt requisition request cart basket journal contract offer"
    " proposal note slip delivery shipment claim budget statement sale purchase list"
)
"""Last words of names for what has lines."""
PARTS = word_set("line item entry row position")
"""Last words of names of parts: no service is about them."""
