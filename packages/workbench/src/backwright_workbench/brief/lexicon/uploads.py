"""How briefs speak of files: kinds, and words for things that are files.

What lives here: tables and patterns, as data. What must not: code that reads them (`uploads.py`).
"""

import re

from backwright_workbench.blueprint.model import MediaType
from backwright_workbench.brief.grammar import word_set

IMAGE_TYPES: tuple[MediaType, ...] = ("image/png", "image/jpeg", "image/webp")
KINDS: dict[str, tuple[MediaType, ...]] = {
    **dict.fromkeys(("png", "pngs"), ("image/png",)),
    **dict.fromkeys(("jpg", "jpeg", "jpgs", "jpegs"), ("image/jpeg",)),
    **dict.fromkeys(("gif", "gifs"), ("image/gif",)),
    "webp": ("image/webp",),
    **dict.fromkeys(("pdf", "pdfs"), ("application/pdf",)),
    **dict.fromkeys(("txt",), ("text/plain",)),
    **dict.fromkeys(("csv", "csvs"), ("text/csv",)),
}
"""Words for formats, and what they are called on the wire."""
UNCHECKED = word_set("doc docx xls xlsx ppt pptx zip mp3 mp4 mov svg heic dwg")
_ONE = (
    r"(?:photos?|photographs?|fotos?|pictures?|images?|scans?|attachments?|documents?|files?|receipts?|certificates?"
    r"|contracts?|cvs?|resumes?|drawings?|screenshots?|pdfs?)"
)
CARRIED = re.compile(
    r"(?:(?:up to|at most|max(?:imum)?|as many as) (?:\d+|one|two|three|four|five|six|ten) )?"
    rf"(?:(?:[a-z]+(?: [a-z]+){{0,3}} (?:\(|:|-|,) (?:an? |one |several |the )?(?:optional )?(?:uploads?|files?"
    r"|pdfs?|scans?|photos?|images?|pictures?|attachments?|documents?)(?: (?!url).*)?)"
    rf"|(?:(?:an?|the|its|some|one|or|more|several|multiple|many|nice|optional|signed|scanned|and|of) )*"
    rf"(?:{_ONE}(?: {_ONE})? \( (?:file|files|upload|uploads|pdf|image|images|scan|photo|photos)(?: (?:,|or|/) \w+)* \)"
    rf"|{_ONE} (?:upload|uploads|file|files)(?: \([^()]*\))?"
    rf"|{_ONE} \( (?:{'|'.join(KINDS)}|max|up to|\d)(?!\S)[^()]*\)"
    r"|(?:pdfs?|scanned) (?:files?|copy|copies|documents?)"
    r"|(?:photos?|photographs?|fotos?|pictures|images|scans|attachments|files|documents)(?: \( optional \))?)"
    r")(?: \.)?"
)
"""An item of a list of fields that is a file, or several."""
IMAGES = re.compile(r"(?<!\S)(?:images?|photos?|photographs?|fotos?|pictures?|screenshots?)(?!\S)")
AROUND = re.compile(
    r"(?<!\S)(?:max(?:imum)?|up to|at most|only|each|no more than|mb|cvs?|x ?rays?|lab|reports?|resumes?"
    r"|signed|contracts?|protocol|photographs?|fotos?|size|formats?|types?)(?!\S)"
)
"""Words around an upload that say no more than it does."""
HANDED_IN = re.compile(
    r"(?<!\S)(?:hand(?:s|ing)? in|turn(?:s|ing)? in|submits?|sends? in|uploads?|attach(?:es)?)(?!\S)"
)
