"""English naming: from the name of a thing to the names of its table, path and class.

What lives here: pure functions from text to text, and the tables of irregular words. What must not: anything
that knows what a blueprint is.
"""

import re
from typing import Final

_UNCOUNTABLE_WORDS: Final = """
advice aircraft attendance baggage cash chaos chassis clothing content data deer equipment feedback
fish furniture hardware homework information inventory jewelry knowledge livestock luggage machinery
mail means media merchandise metadata money music news offspring payroll progress research rice
series sheep software species staff stock swine traffic training transport weather work
"""

UNCOUNTABLE: Final = frozenset(_UNCOUNTABLE_WORDS.split())
"""Nouns with one form; `stock_items` are still countable: only the last word of a name counts."""

IRREGULAR: Final = {
    "alumnus": "alumni",
    "bus": "buses",
    "cactus": "cacti",
    "child": "children",
    "criterion": "criteria",
    "curriculum": "curricula",
    "echo": "echoes",
    "fez": "fezzes",
    "foot": "feet",
    "gas": "gases",
    "goose": "geese",
    "hero": "heroes",
    "index": "indexes",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "man": "men",
    "matrix": "matrices",
    "mouse": "mice",
    "movie": "movies",
    "ox": "oxen",
    "person": "people",
    "phenomenon": "phenomena",
    "potato": "potatoes",
    "quiz": "quizzes",
    "self": "selves",
    "shelf": "shelves",
    "shoe": "shoes",
    "thief": "thieves",
    "tomato": "tomatoes",
    "tooth": "teeth",
    "veto": "vetoes",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
    "half": "halves",
    "calf": "calves",
    "scarf": "scarves",
    "cookie": "cookies",
    "pie": "pies",
    "tie": "ties",
    "die": "dice",
    "database": "databases",
    "cache": "caches",
    "canvas": "canvases",
    "alias": "aliases",
    "atlas": "atlases",
    "bias": "biases",
    "lens": "lenses",
    "menu": "menus",
}
_SINGULARS: Final = {plural: singular for singular, plural in IRREGULAR.items()}

_COMPOUND_ENDINGS: Final = ("child", "foot", "person", "tooth", "woman", "man", "shelf", "wife")
"""Words that stay irregular at the end of one closed word: `bookshelf`, `salesperson`, `craftsman`."""

_NOT_MEN: Final = frozenset({"human", "german", "roman", "talisman", "shaman", "ottoman", "caiman"})

_ENDING_IN_E_WORDS: Final = """
avalanches bases blouses cases causes clauses cliches courses databases diseases excuses expenses
horses houses leases licenses niches nurses phases phrases pulses purchases purposes releases
responses senses spouses uses warehouses
"""

_ENDING_IN_E: Final = frozenset(_ENDING_IN_E_WORDS.split())
"""Plurals that lose their `s` only, where the ending alone would say more."""


def words(name: str) -> list[str]:
    """The lower-case words in a name of any style: `WorkOrder`, `work-order`, `Work order`, `HTTPRoute2`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def snake(name: str) -> str:
    """`WorkOrder` → `work_order`."""
    return "_".join(words(name))


def kebab(name: str) -> str:
    """`WorkOrder` → `work-order`."""
    return "-".join(words(name))


def pascal(name: str) -> str:
    """`work order` → `WorkOrder`."""
    return "".join(word[:1].upper() + word[1:] for word in words(name))


def title(name: str) -> str:
    """`WorkOrder` → `Work order`, to show to people."""
    text = " ".join(words(name))
    return text[:1].upper() + text[1:]


def plural(name: str) -> str:
    """The name of many, in snake_case: `WorkOrder` → `work_orders`. A name that has no words stays empty."""
    *before, last = words(name) or [""]
    return "_".join([*before, _plural_word(last)])


def singular(name: str) -> str:
    """The name of one, in snake_case: `WorkOrders` → `work_order`; a singular stays as it is."""
    *before, last = words(name) or [""]
    return "_".join([*before, _singular_word(last)])


def _plural_word(word: str) -> str:
    if not word or word in UNCOUNTABLE:
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    ending = _compound_ending(word)
    if ending:
        return word.removesuffix(ending) + IRREGULAR[ending]
    if word.endswith("sis"):
        return word[:-2] + "es"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$|quy$", word):
        return word[:-1] + "ies"
    return word + "s"


def _singular_word(word: str) -> str:
    if word in UNCOUNTABLE or word in IRREGULAR:
        return word
    if word in _SINGULARS:
        return _SINGULARS[word]
    for ending in _COMPOUND_ENDINGS:
        many = IRREGULAR[ending]
        if word.endswith(many) and len(word) > len(many) + 1:
            return word.removesuffix(many) + ending
    if re.search(r"(aly|agno|the|cri|paraly|synop|empha|oa)ses$", word) and word not in _ENDING_IN_E:
        return word[:-2] + "is"
    if re.search(r"(ss|us|is)$", word) or not word.endswith("s") or len(word) < 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if re.search(r"(ss|x|zz|[^a]ch|sh|us|tch|oach)es$", word) and word not in _ENDING_IN_E:
        return word[:-2]
    return word[:-1]


def _compound_ending(word: str) -> str:
    if word in _NOT_MEN:
        return ""
    return next((end for end in _COMPOUND_ENDINGS if word.endswith(end) and len(word) > len(end) + 1), "")
