"""Types, limits, defaults and flags of a field, in words.

What lives here: tables and patterns, as data. What must not: code that reads them (`constraints.py`).
"""

import re

from backwright_workbench.blueprint.model import FieldType
from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.quantities import NUMBER

SURE_TYPES: dict[str, FieldType] = {
    **dict.fromkeys(("string", "str", "varchar", "char", "uuid"), "string"),
    **dict.fromkeys(("integer", "int", "bigint", "smallint"), "integer"),
    **dict.fromkeys(("float", "decimal", "double", "numeric"), "decimal"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
    **dict.fromkeys(("datetime", "timestamp", "timestamptz"), "datetime"),
    **dict.fromkeys(("json", "jsonb"), "json"),
    "enum": "enum",
    "yes": "boolean",
}
"""Words that are types wherever they follow a name."""
TYPES: dict[str, FieldType] = {
    **SURE_TYPES,
    **dict.fromkeys(("text", "longtext", "markdown", "multiline"), "text"),
    **dict.fromkeys(("number", "whole"), "integer"),
    **dict.fromkeys(("money", "currency"), "money"),
    **dict.fromkeys(("flag", "checkbox"), "boolean"),
    "date": "date",
    "email": "email",
    **dict.fromkeys(("phone", "telephone"), "phone"),
    **dict.fromkeys(("url", "link", "uri"), "url"),
}
"""Words that are types in brackets or after a colon; elsewhere they may be part of a name (`due date`)."""
FLAGS = {
    "optional": re.compile(
        r"(?<!\S)(?:optional(?:ly)?|opt|nullable|not required|if any|if known|may be (?:empty|null"
        r"|blank)|can be (?:empty|null|blank)|null|\?)(?!\S)"
    ),
    "required": re.compile(
        r"(?<!\S)(?:(?:is |are )?(?:required|reqd?|mandatory|not null|not empty|obligatory|non null)"
        r"|must be (?:given|set|present|filled)|always present)(?!\S)"
    ),
    "unique": re.compile(
        r"(?<!\S)(?:(?:that|which) no other [a-z]+ (?:may|can|must|should)? ?(?:have|has|share|shares|use|uses)"
        r"|each [a-z]+ has (?:an? |its )?(?:other|another|own|different)(?: one| [a-z]+)?"
        r"|(?:no [a-z]+|never|not) twice|never (?:the same|repeated|used twice)(?: for two [a-z]+)?"
        r"|no two [a-z]+ (?:have|share|with)(?: the same)?(?: [a-z]+)?|never two with"
        r" (?:the )?same(?: \w+)?|no two (?:with the |have the )?same"
        r"|(?:which |that )?(?:is |are |must be |should be |(?:has|have|needs?) to be )?uniq(?:ue(?:ly)?)?|no "
        r"duplicates|uniqueness)(?!\S)"
    ),
    "read_only": re.compile(
        r"(?<!\S)(?:read only|calculated|computed|set by the system|automatic(?:ally)?(?: set)?)(?!\S)"
    ),
    "encrypted": re.compile(
        r"(?<!\S)(?:(?:which |that )?(?:is |are |must be |should be )?(?:stored |kept |held )?(?:only )?encrypted"
        r"(?: (?:at rest|in (?:the )?(?:database|db|storage)|on disk))?)(?!\S)"
    ),
}
FLAG_WORDS = word_set(
    "optional optionally opt nullable null not required req mandatory unique uniq encrypted stored indexed"
    " if any known ,"
)
"""Words that only say whether a field must be given, or given twice."""
LENGTH = r"(?: (?:characters?|chars?|letters|symbols|long|length|digits|signs))*"
MAX = re.compile(
    rf"(?<!\S)(?:(?:up to|max(?:imum)?(?: length)?(?: of)?|at most|no more than|not (?:more"
    rf"|longer) than|limited to|length|<=|≤|<|below|under|less than) ?:?=? "
    rf"?(?P<max>{NUMBER}){LENGTH}"
    rf"|(?P<max2>{NUMBER}) (?:characters?|chars?|letters)(?: (?:max(?:imum)?|at most|or "
    rf"less|or fewer))?|\( (?P<max3>\d+) \)(?= ?$)"
    r"|(?P<max4>\d+) (?:max(?:imum)?|at most))(?!\S)"
)
MIN = re.compile(
    rf"(?<!\S)(?:(?:at least|min(?:imum)?(?: of)?|no less than|not less than|>=|≥|from"
    rf"|starting at) ?:?=? ?(?P<min>-? ?{NUMBER}){LENGTH}"
    rf"|(?:>|above|over|greater than|more than|larger than) (?P<above>-? ?{NUMBER}))(?!\S)"
)
RANGE = re.compile(
    rf"(?<!\S)(?:(?:between|from|in|of|range|a|number|value|scale|on|the|rating|score|:) "
    rf")*(?P<low>-? ?{NUMBER}) ?(?P<percent>% )?(?:-|to|and|\.\.|\. \.|through|→) "
    rf"?(?P<high>{NUMBER})"
    r"(?: (?:%|stars?|points|characters?|chars?|inclusive|scale))*(?!\S)"
)
SIGNS = (
    (re.compile(r"(?<!\S)(?:(?:must be |always )?positive|greater than (?:zero|0)|> 0)(?!\S)"), 1),
    (
        re.compile(
            r"(?<!\S)(?:(?:must be |never )?(?:non|not|never) negative|not below zero|zero or more"
            r"|>= 0|≥ 0)(?!\S)"
        ),
        0,
    ),
)
DEFAULT = re.compile(
    r"(?<!\S)(?:(?:by )?defaults?(?:ing)?(?: (?:is|to|of|value|status|state))* ?[:=]? ?"
    r"|initially |starts? (?:as|at|with|in) |= ?|initial (?:value|status|state)? ?[:=]? ?)"
    r"(?P<default>-?[a-z0-9_.]+(?: (?:progress|review|stock|transit|hold|use))?)(?!\S)"
)
PLACES = re.compile(
    r"(?<!\S)(?P<places>\d) (?:decimals?|decimal places|places|digits after the (?:point|comma))(?!\S)"
)
EXAMPLE = re.compile(r"(?<!\S)(?:eg|ie|for example|such as) [^,;()]*?(?= [,;()]|$)")
FILLER = word_set(
    "no / which that must should be is are a an the of in and or value values with field "
    "as type only it its have has can long must to for always given this chars "
    "characters , ( ) [ ] : - ; = | . / ! { }"
)
