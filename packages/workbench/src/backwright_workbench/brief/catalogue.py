"""The catalogue: business words and the entities they usually mean.

What lives here: holding entries and finding them by phrase. What must not: the entries themselves
(`entities/*.yaml`), reading their files (`entry_files.py`), or deciding what a blueprint takes of them
(`fitting.py`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from backwright_workbench.blueprint.naming import plural, words
from backwright_workbench.brief.entry import Entry, EntryFile
from backwright_workbench.brief.entry_files import check_entries, read_entry_file
from backwright_workbench.brief.fitting import closure

__all__ = ["Catalogue", "Entry", "normal"]


class Catalogue:
    """Entries by name, by phrase and by domain. Immutable: `extended` gives another one."""

    def __init__(self, files: Iterable[EntryFile]) -> None:
        """Later files win over earlier ones: their entries and phrases replace those of the same name."""
        self._files = tuple(files)
        entries: dict[str, Entry] = {}
        self._words: dict[str, str] = {}
        self._local: dict[str, dict[str, str]] = {}
        self._domains: dict[str, str] = {}
        for file in self._files:
            local = self._local.setdefault(file.domain, {})
            self._domains |= {form: file.domain for phrase in file.words for form in _forms(phrase)}
            for entry in file.entries():
                entries[entry.name] = entry
                own = () if normal(entry.name) in entry.local_words else (normal(entry.name),)
                for phrase in (*own, *entry.words):
                    self._words |= dict.fromkeys(_forms(phrase), entry.name)
                for phrase in entry.local_words:
                    local |= dict.fromkeys(_forms(phrase), entry.name)
        self._entries = MappingProxyType(entries)
        known = [
            *self._words,
            *self._domains,
            *(phrase for local in self._local.values() for phrase in local),
        ]
        self._longest = max((phrase.count(" ") + 1 for phrase in known), default=0)

    @classmethod
    def builtin(cls) -> "Catalogue":
        """The entries that come with Backwright."""
        return _builtin()

    def extended(self, texts: Mapping[str, str]) -> "Catalogue":
        """This catalogue with the entries of the user's own files (file name → YAML text) added.

        An entry replaces one of the same name, and its words win over words known before. Raises `InputError`
        that lists everything wrong in a file.
        """
        own = {name: read_entry_file(text, name) for name, text in texts.items()}
        catalogue = Catalogue((*self._files, *own.values()))
        check_entries(own, texts, catalogue.entries)
        return catalogue

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All entries by name."""
        return self._entries

    def find(self, phrase: str, domains: Collection[str] = ()) -> Entry | None:
        """The entry that a whole phrase means: `Work Orders`, `work-order`, `WorkOrder`, `job order`.

        Singular or plural, upper or lower case. `domains` are those the brief is about, in order: their local
        words (`ticket` at an event) come before everything else.
        """
        wanted = normal(phrase)
        for domain in domains:
            if name := self._local.get(domain, {}).get(wanted):
                return self._entries[name]
        name = self._words.get(wanted)
        return self._entries[name] if name else None

    def match(self, text: Sequence[str], at: int, domains: Collection[str] = ()) -> tuple[Entry, int] | None:
        """The entry meant by the longest phrase that begins at word `text[at]`, and its number of words."""
        for length in range(min(self._longest, len(text) - at), 0, -1):
            if entry := self.find(" ".join(text[at : at + length]), domains):
                return entry, length
        return None

    def domains_in(self, text: Sequence[str]) -> tuple[str, ...]:
        """The domains that a text is about, the most mentioned first, else in the order of the text.

        A domain is mentioned by its own words (`hotel`, `clinic`) and by the entities that belong to it.
        """
        mentions: Counter[str] = Counter()
        at = 0
        while at < len(text):
            domain, length = self._domain_at(text, at)
            if domain:
                mentions[domain] += 1
            at += length
        return tuple(domain for domain, _ in mentions.most_common())

    def closure(self, names: Iterable[str]) -> tuple[Entry, ...]:
        """The entries of these names and all that they bring, in order, each once."""
        return closure(names, self._entries)

    def _domain_at(self, text: Sequence[str], at: int) -> tuple[str | None, int]:
        for length in range(min(self._longest, len(text) - at), 0, -1):
            phrase = normal(" ".join(text[at : at + length]))
            if domain := self._domains.get(phrase):
                return domain, length
            if name := self._words.get(phrase):
                return self._entries[name].domain, length
        return None, 1


@lru_cache(maxsize=20_000)
def normal(phrase: str) -> str:
    """A phrase in lower-case words: `WorkOrders` and `work-orders` are `work orders`.

    Kept, as a brief is looked up word by word many times over.
    """
    return " ".join(words(phrase))


def _forms(phrase: str) -> tuple[str, str]:
    """Singular and plural of a phrase; English puts the plural on the last word."""
    head, space, last = phrase.rpartition(" ")
    return phrase, head + space + plural(last.capitalize())


@cache
def _builtin() -> Catalogue:
    folder = files("backwright_workbench.brief") / "entities"
    texts = sorted(
        (file.name, file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".yaml")
    )
    return Catalogue(read_entry_file(text, name) for name, text in texts)
