"""Names of fields that have values or parts, and words that introduce values.

What lives here: tables and patterns, as data. What must not: code that reads them (`values.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

ENUM_NAMES = word_set(
    "status state priority type kind level category stage severity role size color "
    "colour gender sex method condition grade"
    " tier visibility frequency mode format species source channel language plan urgency "
    "result outcome difficulty phase"
    " importance genre class rating unit currency payment shift risk impact position "
    "department breed transmission fuel"
    " allergies availability decision membership sentiment"
)
"""Last words of names whose brackets list values rather than parts."""
COMPOSITE = word_set("address location name names contact dimensions details info information coordinates")
"""Last words of names whose brackets list parts, each a field."""
INTRO = re.compile(
    r"^(?:(?:enum|choice of|choice|select|picklist|one of|either|values?|possible values|allowed values|options?|can be"
    r"|could be|may be|e\.?g|eg|is|are|of|being|from|:|,|-|=|\() ?)+ "
)
SPLIT = re.compile(r" ?(?:,? or |,? and | , | \| | / | → | ; |,|\|) ?")
STOP = re.compile(
    r"(?<!\S)(?:required|optional|unique|default|defaults|max|min|maximum|up to|characters"
    r"|chars|between|must|nullable|length|number|numbers|positive)(?!\S)|\d{3,}"
)
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
