"""Words in the name of a field, and what ends one.

What lives here: tables and patterns, as data. What must not: code that reads them (`fields.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.quantities import NUMBER

NAME_ENDS = word_set(
    "no never which that must should can could may is are was default defaults defaulting up max "
    "maximum min minimum at between from"
    " required optional optionally nullable unique encrypted not as no in if one either limited "
    "greater less positive non with to"
    " initially for belongs belong so when where while whose who by on per than has have only used"
)
OF_HEADS = word_set(
    "number date time place country year type name price list state level status unit "
    "point rate day month kind cost city amount percentage years"
)
SURE_HEADS = word_set("name number code date")
"""Before these as the last word, a verb is part of the name of a field: `mark name`."""
NEVER_NAMED = word_set(
    "them themselves it itself they he she we us everyone everybody nobody someone somebody anyone"
)
"""Words that stand in no name: with them an item says what somebody does."""
UNITS = word_set(
    "minutes hours days seconds weeks months years kg g ml grams hectares km miles "
    "m2 sqm sqft meters metres cm mm percent liters litres celsius watts"
)
MONEY_UNITS = word_set("cents euro euros eur usd dollars gbp pounds $ € £ currency")
ARTICLES = word_set(
    "a an the its their his her this that each every any some all our your my multiple many several various"
)
LEAD = ARTICLES | {
    "which",
    "optional",
    "required",
    "mandatory",
    "unique",
    "encrypted",
    "optionally",
    "has",
    "have",
    "with",
    "also",
    "and",
    "or",
    "of",
    "free",
    "short",
    "long",
    "auto",
    "generated",
    ":",
    "-",
    "•",
}
ENDS_NAME = word_set("at on by from until since to for")
AFTER_NAME = word_set("( ) , : - [ = | date time")
"""A name may end with such a preposition where one of these follows: `valid from, valid until`, `shipped on date`."""
PRICES = word_set("price cost rate fee amount salary pay charge")
PER = tuple(
    (unit,)
    for unit in word_set("month day week year hour night person unit item kg litre km page bag square")
)
"""`price per …`, `… per month`: the name of a field goes on."""
SHARED = word_set("name title label code tag")
"""Fields that two rows may well share, unless the brief says that they may not."""
BUILT_IN = {
    "id": "id",
    "ids": "id",
    "uuid": "id",
    "created": "created_at",
    "updated": "updated_at",
    "created_date": "created_at",
    "creation_date": "created_at",
    "date_created": "created_at",
    "created_on": "created_at",
    "last_updated": "updated_at",
    "timestamps": "created_at",
    "updated_on": "updated_at",
    "modified_at": "updated_at",
    "created_time": "created_at",
}
SENSITIVE = word_set("password password_hash hashed_password")
NEEDED_COUNTS = word_set("quantity rating capacity year duration stock minutes hours")
ONE_OF = re.compile(
    r"(?:,? ?(?:which|that|with|:|\(|-|=|,) ?)*(?:enum|choice|select|picklist|one of|either|can be|could be|may be"
    r"|is either|values|possible values|is one of|must be one of)(?!\S)"
)
MOMENT = re.compile(
    r"(?P<unit>moment|time|date|day) (?:(?:when|at which|on which|that) )?(?:it|they|he|she) "
    r"(?:(?:was|were|is|are|has been|have been|has|have|got) )?(?P<done>[a-z]+)(?: [.)])*$"
)
"""`The moment it was placed`: the field `placed_at`."""
RELATIVE = (("who",), ("whom",))
"""After somebody that a row refers to, they only tell what for: `the instructor who runs it`."""
WHO_DID = re.compile(
    r"who (?P<did>did|made|took|wrote|gave|sent|paid|[a-z]+ed)(?: (?:it|them|this|that|the [a-z]+))?(?: [.)])*$"
)
"""A field that names whoever acted, in a clause: `who did it`."""
DONE = {"did": "done", "took": "taken", "wrote": "written", "gave": "given"}
DONE_BY = re.compile(
    r"(?:taken|done|checked|approved|reviewed|recorded|performed|measured|signed|inspected|handled|entered|issued"
    r"|verified|reported|completed|closed|logged|received|prepared|authori[sz]ed|submitted|confirmed|registered)_by"
)
"""Fields that say whose doing it was: somebody who has an account."""
ENTERS = word_set(
    "did made wrote created recorded entered added logged registered reported submitted uploaded"
)
"""What the caller does who enters the row."""
TYING = word_set("to by in at for with on from")
"""After a verb, what one thing has to do with another: `a boat lies in a berth`."""
UNIQUE_PER = re.compile(
    r"unique (?:per|within|in|for|inside)(?: (?:the|a|an|each|every|one|its))* "
    r"(?P<whole>[a-z]+(?: [a-z]+)?)(?= *(?:[,);.]|$))"
)
"""`unique per building`: two buildings may both have a room 1."""
CHOSEN = re.compile(r"\( [a-z]+(?: [a-z]+)?(?: , [a-z]+(?: [a-z]+)?)* ,? ?or [a-z]+(?: [a-z]+)? \)")
"""In brackets, words of which one is chosen: values, whatever the field is called."""
ALTERNATIVES = re.compile(r"[a-z ]+ (?:/|\||,|or) ")
WHICH_IS = re.compile(r"^(?:,? ?(?:which|that|with) )*(?:is |must be )?")
NEEDED = word_set("money enum email date datetime integer")
LATER = re.compile(
    r"(end|due|completed|closed|finished|resolved|expir\w*|cancelled|deleted|returned"
    r"|return|birth|death|dob|birthday|actual|last|paid|shipped|delivered|published"
    r"|archived|deadline|discharge\w*|leave|left|termination)(_.*)?|.*_(until|birth)"
)
MOST = re.compile(rf"(?:at most|up to|max(?:imum)?(?: of)?|no more than) (?P<count>{NUMBER}) (?=[a-z])")
STATUS = re.compile(
    r"^(?:status(?:es)?(?:_(?:flow|workflow|values?|transitions?|lifecycle))?|workflow|lifecycle)$"
)
STARTING = word_set(
    "status state stage phase priority severity urgency importance visibility level tier role"
)
NOUN_VERBS = word_set(
    "record records work works rent rents contact contacts share start end display place "
    "places control access change level set range links link rate rates store sign pay "
    "leave moves visits watch move number purchase transfer"
)

ACCOUNT_FIELDS = word_set(
    "id name full_name username user_name email email_address password passwords "
    "hashed_password password_hash role roles"
    " active is_active status login last_login created_at updated_at account accounts first_name last_name"
)
"""What every account has, so that no entity needs it."""

TAKEN = word_set(
    "metadata registry self copy json schema dict validate construct row type_annotation_map bool int str"
)
"""Names that mean something to Python or to the library."""
