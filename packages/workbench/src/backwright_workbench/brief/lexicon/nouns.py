"""Where nouns stand that must be entities, and nouns that name none.

What lives here: tables and patterns, as data. What must not: code that reads them (`nouns.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.lexicon.fields import UNITS

SETS = (
    r"(?:tables?|entit(?:y|ies)|models|collections|resources|objects|records|record types"
    r"|domain objects|business objects)"
)
COMPOUNDS = {
    (verb, noun)
    for verb in ("purchase", "leave", "order", "report", "rent", "review", "request", "book")
    for noun in (
        "requests",
        "orders",
        "lines",
        "items",
        "payments",
        "types",
        "invoices",
        "copies",
        "forms",
        "templates",
    )
}
"""Nouns of two words whose first could be a verb with the second as its object."""
SET_WORDS = word_set("tables entities models collections resources objects records")
"""After a noun in the plural, they say that it is stored."""
FORWARD = re.compile(
    rf"(?<!\S){SETS} (?:(?:should|will|must|are|is|be|needed|named|called|include|includes"
    rf"|including|such|as|like|for|of|about|namely|managing|the|following|:|-|\() )+"
    r"|(?<!\S)(?:endpoints|crud|crud operations|crud endpoints|crud apis?|(?:rest "
    r")?apis?(?: endpoints)?|operations|backend|service|system|platform|app|application"
    r"|database|data|schema|information|software|tool|management)"
    r" (?:for|of|on|about|with) (?:(?:managing|tracking|storing|handling|the|following|:"
    r"|all|our|my|a list of) )*"
    r"|(?<!\S)(?:database|db) (?:\(|:) "
)
BACKWARD = re.compile(rf"(?<!\S)(?:{SETS}|crud|endpoints|management)(?!\S)")
KEEP = re.compile(
    r"(?<!\S)(?:manag(?:e|es|ing)|track(?:s|ing)?|handl(?:e|es|ing)|maintain(?:s|ing)?"
    r"|stor(?:e|es|ing)|hold(?:s|ing)?|keep(?:s|ing)?(?: track| records?| a record| a list)? ?(?:of)?"
    r"|administer(?:ing)?|organi[sz](?:e|es|ing)|crud|register(?:s|ing)?|record(?:s|ing)?"
    r"|catalog(?:ue|s|ing)?|schedul(?:e|es|ing)|sell(?:s|ing)?|rent(?:s|ing)?(?: out)?"
    r"|deal(?:s|ing)? with|consist(?:s|ing)? of|work(?:s|ing)? with|know(?:s)? about)(?: "
    r"(?:the|our|their|all|my|following|:|a|an|list|of))* (?=\S)"
)
OF_WHOM = re.compile(
    r"(?<!\S)(?:, )?(?:for|of|about) (?:whom|which) (?:we|i) (?:keep|store|record|note|need|know|track)(?!\S)"
)
"""After a noun: what is kept of it follows."""
REFERS = re.compile(
    r"(?<!\S)(?:assigned|linked|attached|related|connected|belonging|taught|led|run"
    r"|managed|written|made|placed|submitted|booked|handled"
    r"|reviewed|performed|treated|supplied|delivered|driven) (?:to|by|with)(?: (?:an?|one"
    r"|the|exactly|single|its))*(?= )"
)
LEAD = re.compile(
    r"(?<!\S)(?:tables|entities|models|collections|resources|objects|records|record types|data models?|domain models?"
    r"|domain|schema|manage|track|store|handle|keep track of|crud(?: for)?)(?: [\w,]+){0,4}? ?:?$"
)
DOING = word_set(
    "create creates creating add adds adding edit edits editing delete deletes remove "
    "removes update updates updating view"
    " views viewing see sees browse browses list lists post posts publish publishes "
    "place places submit submits reserve"
    " reserves request requests leave leaves write writes open opens log logs cancel "
    "cancels approve approves assign assigns"
    " search rate rates buy buys purchase order orders borrow borrows rent rents sell "
    "teach teaches read reads pay pays attend"
    " attends join joins complete close closes resolve schedule schedules prescribe "
    "issue issues send sends report reports"
    " track tracks manage manages book books maintain"
)
MAKING = word_set(
    "create creates creating add adds manage manages post posts publish publishes submit "
    "submits write place edit delete"
)
ENTERING = word_set(
    "make makes making record records recording create creates creating enter enters entering open opens opening log"
    " logs register registers write writes writing fill fills publish publishes submit submits submitting file files"
    " filing leave leaves request requests requesting post posts add adds adding issue issues place places book books"
    " keep keeps propose proposes schedule schedules plan plans prepare prepares report reports draft drafts give gives"
    " note notes raise raises start starts"
)
"""Verbs by which somebody enters a row with its details."""
AMBIGUOUS = word_set(
    "account session message note report page tag plan activity media table document "
    "position transaction reading response"
    " question address alert shift agent owner member contact client event group file "
    "image part record log location site"
    " company unit item list board case test channel team resource notification user "
    "role permission request service colleague coworker teammate"
    " class lesson visit key token operation order book issue task point code line rate "
    "review grade guest staff"
)
"""Nouns that need more than a mention in passing, unless in the plural after a verb."""
NOT_THINGS = word_set(
    "user account role permission password login data information detail everything it "
    "them system status state change"
    " history result report file image photo picture attachment notification email "
    "feature endpoint operation request"
    " access code entry list access setting backend api app application database server "
    "time date way thing kind type list"
    " name title price description quantity amount number phone total update value limit "
    "error sort microservice platform portal solution software"
    " search filter query test log metric check job cache redis python docker "
    "authentication authorization security"
    " validation documentation management view rule requirement field column table "
    "entity model relationship record own"
    " progress availability stock inventory schedule crud rest work them themselves "
    "profile admin administrator people"
    " person someone new everything anything best practice standard operation day week "
    "month year hour minute second"
)
LISTABLE = word_set(
    "application job report result notification rule schedule request answer document entry test metric list"
)
"""Those that are things all the same where they stand in the plural in a list."""
NOT_HEADS = word_set(
    "status state priority workflow lifecycle flow transition user data information detail "
    "management system api endpoint operation feature role "
    "access backend app application table"
    " database field column permission microservice platform portal solution software "
    "support functionality authentication security search filter code"
)
"""Last words of phrases that name no entity either."""
MANY = word_set("many multiple several more various list lists zero number")
BEFORE_VERBS = word_set("to who when where while if because so then once which that having")
"""Words before a verb; after other prepositions stands a noun, though it may be a verb elsewhere."""
MOST = word_set("maximum minimum max min")
"""Before a noun in the plural they make it a number: `maximum participants`."""
ENTERED_ABOUT = re.compile(
    r"(?:(?:for|about|on|of|to|in|against|per) (?:(?:one|any|each|some) of )?"
    r"(?:(?:an?|the|each|every|one|its|their|his|her"
    r"|my|our|your|any) )*(?:own )?(?:[a-z]+ ){1,2})?(?:, )?(?:with|giving|stating|containing|:|\() "
)
"""Between what somebody enters and its details: `a rating for a session, with …`."""
MY_LIST = re.compile(
    r"(?<!\S)(?:keep|keeps|maintain|maintains|manage|manages|have) (?:(?:my|their|his|her|your|our|its|an?|the) )?"
    r"(?:own )?(?:list|record|log|register|history) of (?=[a-z])"
)
LISTS_OF = tuple((word, "of") for word in ("list", "register", "directory", "catalogue", "catalog", "table"))
"""Before things whose fields follow in a bracket: `the list of courts (name, city)`."""
HAVE_PROFILES = re.compile(r"(?:has|have) (?:a )?profiles? (?::|\(|with)(?!\S)")
OF_THESE = word_set("their its his her the our")
"""Before what belongs to those just told of: `customers with name and phone, and their bikes with brand and model`."""
REASON = re.compile(r"(?<!\S)(?:because|so that)(?!\S)")
"""After these a brief tells why, and names nothing that is kept."""
GETS = word_set("has have get gets receive receives contain contains many several multiple")
HAS = word_set("has have contains contain includes include with having consists stores needs holds")
SOFTWARE = word_set("system app application service software backend platform program tool database api")
"""What keeps things, rather than being one."""
KEEPING = word_set("has have keep keeps store stores record records")
"""A first line with these says what is stored, however short it is."""
HAVE_WITH = re.compile(r"(?<!\S)(?:has|have)(?: (?:many|multiple|several))?(?= )")
DONE_TO_DATA = word_set(
    "cached stored generated paginated encrypted limited processed deployed validated "
    "logged protected hashed documented tested"
    " required used needed allowed supported provided handled secured exposed "
    "implemented uploaded notified created deleted"
    " changed updated managed restricted authenticated returned sorted filtered indexed named called based"
)

AFTER_LABELLED = ("", ":", "(", "-", "with", "has", "have", ".", ",", "→", "and")
"""What may follow a noun in a list of entities."""

SIGNS_UP = re.compile(
    r"(?:(?:can|may|must|should|will|first) )*(?:registers?|signs? up)(?: online)? with (?:their )?"
)
"""After people: what they tell of themselves follows."""
TELLING = word_set("contains contain belongs belong consists includes include")
OF_ACCESS = re.compile(r"(?<!\S)(?:access|permissions?|rights|read only|control)(?!\S)")

CONTAINS = re.compile(
    r"(?<!\S)(?:contains?|consists? of|is made of|are made of)(?: (?:many|multiple"
    r"|several))?(?= )"
)
"""What follows is what a thing is made of: one noun in the plural is a thing itself."""

COMES_WITH = word_set("with including containing : featuring")
"""After the name of the whole: what follows is what it keeps."""
INTO_FIELDS = word_set(
    "by on filter filters filtering filtered sort sorted sorting search searchable role roles"
)
"""Before a list of nouns that are fields or roles."""
TYPED = word_set(
    "reference ref fk link foreign enum choice select optional required mandatory unique uniq nullable default auto"
    " generated"
)
"""After `:` or `(`, they describe a field and no thing."""
KINDS = {"time", "file", "image", "photo", "hours", "percent"} | UNITS
"""Words that say of which kind a field is where they stand alone in brackets or after a colon."""
TABLE_HEADS = word_set("table tables entity entities model resource collection object")
"""First words of a table's head whose rows each describe a thing."""
NO_FIELD = word_set("can may only list lists filter filters search sort by users everybody nobody all")
"""In the name of an item, they make it a rule or a query, and no field."""
