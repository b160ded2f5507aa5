"""How briefs ask for filters, sorting, search, files, caching and bulk.

What lives here: tables and patterns, as data. What must not: code that reads them (`queries.py`).
"""

import re

from backwright_workbench.brief.grammar import phrase, word_set

LINK = (
    r"(?: (?:by|on|with|using|for|of|via|through|across|over|in|and|filters?|such|as|like"
    r"|the|their|:|-|support|options|including|fields?|its|them|it|lists?|results?|all"
    r"|any|field|multiple|various|or|/|\()(?!\S))*"
)
FILTER = re.compile(rf"(?<!\S)(?:(?:advanced |basic |flexible )*(?:filter(?:s|ed|ing|able)?))(?!\S){LINK}")
_ASK = r"(?:quer(?:y|ies)|look ?ups?|filter(?:s|ing)?|sort(?:s|ing)?)"
ASKING = re.compile(rf"{_ASK}(?: (?:and|&|/|\+) {_ASK})* (?::|-) ")
"""A label before lists by things: `Query: flights by pilot, drone; missions by state`."""
SORT = re.compile(rf"(?<!\S)(?:sort(?:s|ed|ing|able)?|order(?:ed|ing) (?:by|on)|sort order)(?!\S){LINK}")
SEARCH = re.compile(
    r"(?<!\S)(?:(?:full text|text|keyword|free text|fuzzy|quick|global|simple|and|a) "
    r")*search(?:able|ing|es|ed)?(?!\S)(?: (?:endpoints?|functionality|feature|box))*"
    r"|(?<!\S)(?:full text|fulltext)(?= (?:on|over|in|for|across|of|through) )"
)
SEARCH_BY = re.compile(
    r"(?:(?:by|on|in|across|over|through|using|for|via) )+(?:(?:the|their|its|all|any|both|either) )*"
)
FILES = re.compile(
    r"(?<!\S)(?:(?:multiple|several|secure|and|or|,|/|file|files|image|images|photo|photos"
    r"|photographs?|fotos?|cvs?|resumes?|contracts?|certificates?|x ?rays?|lab|reports?|scanned|signed"
    r"|picture|pictures|document|documents|pdf|pdfs|media|video|receipt|receipts|scan"
    r"|scans|cover|profile|avatar|screenshots?|supporting|of|to|a|an) )*"
    r"(?:up ?loads?|uploading|uploaded|uploadable|attach(?:ments?|ed|ing|es)?)"
    r"(?: (?:of|for|for the|and|or|/|,|multiple|several|file|files|image|images|photos?"
    r"|pictures?|photographs?|fotos?|documents?|pdfs?|media|videos?|receipts?|attachments?|uploads?|storage"
    r"|stored|handling|support|storing|scans?|a|an|the|their|screenshots?|to|on|with|as|it"
    r"|them|downloads?|supporting|covers?))*(?!\S)"
    r"|(?<!\S)with (?:an? |the )?(?:scan|scans|photo|photos|copy|picture|pictures|pdf)"
    r" of (?:each|it|them|every one)(?!\S)"
    r"|(?<!\S)(?:with |and |have |has |store |several |product |their )*(?:photos?|images?"
    r"|attachments?|photographs?|fotos?|file storage|pictures?)(?: (?:of|and|for|upload|storage|files?"
    r"|documents))*(?!\S)(?! (?:similarity|recognition|processing|analysis|classification|detection|finish))"
)
IMAGES = re.compile(r"(?<!\S)(?:images?|photos?|pictures?|screenshots?|avatars?|covers?)(?!\S)")
PAPERS = re.compile(
    r"(?<!\S)(?:pdfs?|documents?|receipts?|scans?|files?|attachments?|invoices?|contracts?"
    r"|csvs?|reports?)(?!\S)"
)
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
GUESSING = word_set(
    "generate suggest predict detect recognise recognize recommend calculate compute analyse analyze estimate forecast"
    " transcribe translate read compare"
)
"""First words of wishes for what no row holds: no file hangs on a row for them."""
COUNT = re.compile(
    r"(?<!\S)(?:up to|max(?:imum)?(?: of)?|at most|no more than) (?P<count>\d{1,4}) "
    r"(?:files?|images?|photos?|pictures?|attachments?|documents?)(?: (?:each|per \w+))?"
)
BULK = re.compile(
    r"(?<!\S)(?:bulk|batch|mass(?= (?:creat|import|insert|up ?load|operation|delet|edit|assign)))"
    r"(?: (?:creat(?:e|ion|ing)|import(?:s|ing)?|insert(?:s"
    r"|ion)?|upload|operations?|endpoints?|add|updates?|processing|requests?|actions?|of"
    r"|for|and|delete|deletion|api))*(?!\S)"
)
BULK_COUNT = re.compile(
    r"(?<!\S)(?:(?:of )?(?:up to|max(?:imum)?(?: of)?|at most|limited to) "
    r")?(?P<count>\d[\d.,]*)(?: (?:items?|rows?|records?|entries|at once|per request|at a "
    r"time|\w+ (?:at once|per request|at a time)))*"
)
CACHE_WORD = re.compile(r"(?<!\S)(?:cach(?:e|es|ed|ing)|cache layer)(?!\S)")
SYNONYMS = {
    "created": "created_at",
    "creation": "created_at",
    "newest": "created_at",
    "latest": "created_at",
    "oldest": "created_at",
    "recent": "created_at",
    "updated": "updated_at",
    "modified": "updated_at",
    "recently": "created_at",
}


CACHING = phrase(
    r"(?:(?:redis|in memory|response|query|api|server side|http|smart|results?|with|and) "
    r")*(?:caching|cache layer|cache|cached)"
)

FREQUENT = phrase(
    r"(?:for |of |on |the )*(?:(?:frequently|often|commonly|most|heavily|regularly"
    r"|highly) (?:accessed|read|used|requested|viewed|queried)|hot|popular|frequent|read "
    r"heavy|common|repeated|expensive)"
    r"(?: (?:data|queries|reads?|endpoints?|records|entities|items|lookups|requests"
    r"|resources|responses|information))*"
    r"|(?:for |of |on )(?:read|list|get|all) (?:endpoints?|requests|queries|operations"
    r"|reads|lists)|for (?:performance|speed|fast reads|better performance|faster "
    r"responses)"
)
"""After a mention of caching: the data that is read most, without naming it."""

LEADS_IN = word_set("by on : ( -")
"""Between a thing and the fields that its list is read by: `filters on berths: pier`."""
QUALITIES = {"availability": "available"}
"""What a list is narrowed by, and the field that says it of a row."""
CONDITIONS = word_set("low high overdue expiring upcoming missing nearby")
"""Before a word they ask for rows of which something holds now, which no field says: `low stock`."""
STANDING = ("status", "state", "stage", "phase")
"""Words for where a row stands: by whichever a brief filters, it means the one field there is."""
JOINTS = word_set("on for in across over")
"""Between fields and the thing that has them: `title and price on products`."""
QUERY_WORDS = word_set(
    "sort sorts sorted sorting sortable search searches searched searching searchable filter filters filtered filtering"
    " filterable ordering ordered"
)
"""They ask for a query: none is part of what a list is read by, nor of the name of a field."""
LIST_ENDS = QUERY_WORDS | word_set(". ; pagination paginated with using when so full")
"""They end a list of what is searched or filtered by."""
LIST_JOINTS = word_set(", and & or")
AROUND_FIELDS = word_set(
    "( ) [ ] . the a an and range ranges by their its ascending descending asc desc then of"
)
OF_MOMENTS = word_set("date at time first on added")
