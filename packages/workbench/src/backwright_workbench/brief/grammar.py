"""Words by what they do in a sentence.

What lives here: the closed classes of English words that the reader needs to find where a noun phrase begins
and ends. What must not: words that ask for something (`lexicon/`) and business words (`entities/*.yaml`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from backwright_workbench.blueprint.naming import singular


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def phrase(pattern: str) -> re.Pattern[str]:
    """A pattern that matches whole words of a clause's text."""
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


DETERMINERS = word_set(
    "a an the this that these those each every all any some many multiple several "
    "various different our their its his her"
    " your my own new existing single one two three four five more other another basic "
    "simple certain such both"
    " corresponding respective individual specific registered complete full main relevant following zero"
)
"""What may stand before a noun without being part of its name."""

PREPOSITIONS = word_set(
    "with without for in on at by to from of via using per as into onto through over "
    "under about against within between"
    " during after before since until upon across towards than like including excluding "
    "containing regarding based when"
    " where while if because so then once which who whom whose that having whether how what why"
)

CONJUNCTIONS = word_set("and or & plus / nor but")

PRONOUNS = word_set(
    "i you he she it we they me him us them themselves itself myself someone anyone anybody "
    "everyone everybody nobody something"
    " anything everything nothing one ones there here"
)

AUXILIARIES = word_set(
    "is are was were be been being am has have had having do does did done dont doesnt "
    "can could may might must shall should"
    " will would cannot cant wont isnt arent not no never only also just always need "
    "needs needed want wants let lets"
    " allow allows allowing able able"
)

MODALS = word_set("can could may might must shall should will would cannot cant to")

VERBS = word_set(
    "acknowledge acknowledges answer raise raises accept accepts access accesses "
    "add adds administer apply applies approve approves archive archives ask asks assign"
    " assigns attach attaches attend attends authenticate become becomes belong belongs "
    "borrow borrows browse browses build"
    " buy buys calculate calculates cancel cancels change changes choose chooses close "
    "closes complete completes configure"
    " confirm confirms connect consist consists contain contains control controls create "
    "creates creating define defines"
    " delete deletes deleting deliver delivers describe describes develop disable "
    "display displays donate donates download"
    " downloads edit edits enable enables enroll enrolls enrol enrols ensure export "
    "exports fetch filter find follow"
    " follows generate generates get gets give gives go goes grant handle handles hire "
    "hires hold holds implement import"
    " imports include includes invite join joins keep keeps know leave leaves lend lends "
    "link links login list lists file files"
    " maintain maintains make makes manage manages managing mark marks modify modifies "
    "monitor monitors move moves notify"
    " offer offers organise organize own owns participate pay pays perform pick place "
    "places process processes"
    " provide provides publish publishes purchase put rate rates read reads receive "
    "receives record records refer refers"
    " references register registers reject rejects remove removes rent rents represent "
    "represents require requires"
    " reschedule reserve reserves resolve resolves respond restrict return returns run "
    "runs save saves schedule"
    " schedules search see sees select sell sells send sends serve serves set sets share "
    "ships show shows sign"
    " specify start starts stop store stores storing submit submits subscribe support "
    "supports teach teaches track tracks"
    " tracking transfer update updates updating upload uploads use uses using verify "
    "verifies view views vote"
    " watch work works write writes"
)
"""Verbs that briefs use; a few are nouns too (`order`, `book`, `review`) and are left out where the noun is
commoner.
"""

BREAKS = PREPOSITIONS | CONJUNCTIONS | PRONOUNS | AUXILIARIES | VERBS

GLUE = (
    DETERMINERS
    | PREPOSITIONS
    | CONJUNCTIONS
    | PRONOUNS
    | AUXILIARIES
    | word_set(
        "please thanks thank hello hi dear team build built building implement implements "
        "implementing implementation"
        " create creating make making develop developing design write deliver set up need "
        "needed requirement requirements"
        " feature features functional functionality overview introduction summary scope goal "
        "goals purpose project product"
        " system systems app apps application applications backend backends api apis service "
        "services platform software"
        " solution website site server tool program database db tables table entities entity "
        "models model data resources"
        " resource collections schema fields field attributes attribute columns column properties property"
        " endpoints endpoint operations operation support supports supporting supported "
        "provide provides provided include"
        " includes included consist consists contain contains called named eg ie etc use "
        "used uses well ll ve re im id"
        " expose exposes exposed offer offers offered keep keeps handle handles give gives "
        "given get gets lot lots"
        " available possible possibly basically really very too out up down off too must "
        "important note notes user users"
        " people stories story acceptance criteria things thing stuff kind kinds type types sort way ways"
        " able would like likes work works working describe described describes following "
        "specification"
        " spec brief mvp version v1 business company domain detail details information info "
        "store stores stored"
        " record records recorded track tracks tracked manage manages managed managing "
        "management relationship"
        " relationships relation relations main core common general whole entire"
        " now ever fine ok okay enough simple small robust modern complete good great nice "
        "ready based level style"
        " non first second third next finally additionally moreover furthermore addition"
    )
)
"""Words that ask for nothing by themselves; a phrase of glue alone introduces what follows."""


LABELS = word_set(
    "roles role users user permissions permission access authentication auth "
    "authorization security database storage files"
    " cache caching features feature requirements requirement fields field attributes "
    "columns tables entities models"
    " resources filters filter filtering search sorting sort endpoints endpoint api apis "
    "stack tech technology technologies"
    " deployment infrastructure performance testing tests documentation docs notes note "
    "limits limit rate limits rate limiting"
    " validation rules rule relations relationships overview goal goals description "
    "scope context title name background"
    " constraints non functional functional requirements integrations integration "
    "monitoring logging observability budgets"
    " status statuses states state workflow workflows lifecycle transitions types type "
    "enums values options optional extras"
    " extra other misc miscellaneous also data model domain model data models data "
    "schema schema technical business rules"
    " user stories stories acceptance criteria out of scope assumptions summary "
    "introduction objective objectives"
    " tech stack core entities main entities uploads attachments pagination bulk must "
    "have should have nice to have"
    " operations actions backend service system project application app actors language framework quality"
)
"""Words that introduce a list and name no entity."""


INTRODUCING = word_set(
    "build create implement develop make write provide support supports include includes "
    "use uses using keep handle manage"
    " describe contain expose offer generate get work works"
)
"""Verbs by which a brief introduces what it wants, rather than saying what people do."""


@lru_cache(maxsize=10_000)
def _singular(word: str) -> str:
    """The singular of one word; briefs repeat their words."""
    return singular(word)


def singular_words(words: Sequence[str]) -> tuple[str, ...]:
    """The phrase with its last word in the singular: how phrases are compared."""
    if not words:
        return ()
    last = words[-1]
    return (*words[:-1], (last.isascii() and last.isalpha() and _singular(last)) or last)


def is_plural(word: str) -> bool:
    """Whether a word has the form of a plural."""
    return word.isascii() and word.isalpha() and _singular(word) != word


def verb_here(words: Sequence[str], at: int) -> bool:
    """Whether the word stands where a verb must: after `can`, `to` and the like, and not in the plural."""
    return at > 0 and words[at - 1] in MODALS and not is_plural(words[at])


_PERSON_ENDINGS = ("er", "or", "ist", "ant", "ian", "ee", "eer", "man", "woman", "person")
_NO_PEOPLE = word_set(
    "order number letter paper printer sensor server container computer offer center "
    "folder parameter filter header footer"
    " register quarter chapter newsletter voucher transfer poster layer buffer router "
    "plant restaurant variant grant event"
    " floor error color doctor_note vector factor motor monitor tutor_note human german "
    "water river tower trailer scooter"
    " parlor mirror door behavior fee coffee tree degree three answer dinner power "
    "weather corner matter answer discount"
    " list ledger user other another never ever over under after later whether together master number anchor"
    " reminder reorder folder identifier placeholder border charger freezer boiler "
    "controller controllers meter"
)


def sounds_like_person(name: str) -> bool:
    """Whether a noun ends as words for people do: `adjuster`, `scientist`, `attendant`."""
    last = name.replace("_", " ").split(" ")[-1]
    return len(last) > 4 and last.endswith(_PERSON_ENDINGS) and last not in _NO_PEOPLE
