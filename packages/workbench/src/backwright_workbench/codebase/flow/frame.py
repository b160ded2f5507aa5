"""What is known while a function is gone through, and what is remembered of it.

What lives here: environments, summaries and the analysis they belong to. What must not: syntax.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.flow.values import (
    EMPTY,
    NOTHING,
    Origin,
    Taint,
    Trail,
    Value,
    merged,
    union,
)

MOST_HITS = 150
"""Dangers that are remembered of one function."""
WHOLE = frozenset(["url", "redirect"])
KEPT = frozenset(["column", "stored"])
"""Origins that were kept before and are read again."""
LATER = frozenset(["page", "markup", "command", "path"])
"""Dangers of what was kept before: that a service goes to a stored URL, or asks for a stored name, is its work."""
HOST_PARTS = frozenset(["netloc", "hostname", "host", "scheme"])


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A value that reaches a danger, seen from the function that it is remembered of."""

    kind: str
    taint: Taint
    place: Place
    sink: Place
    function: Function | None
    node: s.Node
    what: str
    text: str

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it the same as another."""
        return self.kind, self.place, self.sink, self.taint


@dataclass(slots=True, eq=False)
class Summary:
    """What a caller has to know of a function."""

    returns: Value = EMPTY
    hits: list[Hit] = field(default_factory=list)
    stores: list[tuple[str, str, Taint]] = field(default_factory=list)
    """What it puts into attributes: full name of the class, attribute, value."""
    checks: dict[str, frozenset[str]] = field(default_factory=dict)
    """Dangers that are seen to for a parameter where it returns something true."""
    assures: dict[str, frozenset[str]] = field(default_factory=dict)
    """Dangers that are seen to for a parameter where it returns at all."""


@dataclass(slots=True, eq=False)
class Entry:
    """A function that the framework calls: a title for people, and the part of the request for each parameter."""

    title: str
    framework: str
    sources: dict[str, str]
    types: dict[str, str] = field(default_factory=dict)
    returns_page: bool = False
    """Whether a text that it returns is a page."""


@dataclass(slots=True, eq=False)
class Analysis:
    """All that is remembered of an application."""

    app: Application
    evaluate: "Callable[[Frame, s.Node | None], Value]"
    call: "Callable[[Frame, s.Call], Value]"
    checked: "Callable[[Frame, s.Node, bool], list[tuple[Value, frozenset[str]]]]"
    entries: dict[Function, Entry] = field(default_factory=dict)
    providers: set[str] = field(default_factory=set)
    """Functions that are injected: their parameters come from the request too."""
    error_parameters: dict[Function, str] = field(default_factory=dict)
    """Error handlers, with the errors that they take."""
    summaries: dict[Function, Summary] = field(default_factory=dict)
    callees: dict[s.Call, Function | Class | None] = field(default_factory=dict)
    constants: dict[str, Value] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    """Functions that somebody in the project calls."""
    stored: dict[tuple[str, str], list[Taint]] = field(default_factory=dict)
    roots: dict[tuple[str, str], list[Taint]] = field(default_factory=dict)
    """What is known of an attribute in the end."""
    columns: dict[str, frozenset[str]] = field(default_factory=dict)
    """Columns that hold text, with their models."""
    containers: frozenset[str] = frozenset()
    """Lists and mappings of modules that functions fill."""
    has_documents: bool = False
    """Whether it keeps data in a document database."""
    found: list[Hit] = field(default_factory=list)

    def callee(self, call: s.Call, function: Function | None) -> Function | Class | None:
        """The function or class of the project that a call calls."""
        if call not in self.callees:
            self.callees[call] = self.app.types.callee(call, function)
        return self.callees[call]


@dataclass(slots=True, eq=False)
class Frame:
    """The state in the middle of a function (or of a module, where `function` is None)."""

    analysis: Analysis
    module: Module
    function: Function | None
    env: dict[str, Value] = field(default_factory=dict)
    trusted: dict[Origin, frozenset[str]] = field(default_factory=dict)
    outer: "Frame | None" = None
    returns: list[Value] = field(default_factory=list)
    hits: dict[tuple[object, ...], Hit] = field(default_factory=dict)
    stores: dict[tuple[str, str, Taint], None] = field(default_factory=dict)
    depth: int = 0
    """Loops around the statement."""
    answered: list[tuple[s.Return, Value, dict[Origin, frozenset[str]]]] = field(default_factory=list)
    """Every `return` with its value and with what had been checked there."""
    debugging: bool = False
    """Whether this runs in debug mode only."""
    statement: s.Node | None = None
    """The expression that stands alone as a statement, where it is one."""

    def at(self, node: s.Node) -> Place:
        """The place of a node."""
        return self.module.at(node)

    def read(self, name: str) -> Value | None:
        """What a local name holds; None if it is not one."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.env:
                return frame.env[name]
            frame = frame.outer
        return None

    def copy(self) -> tuple[dict[str, Value], dict[Origin, frozenset[str]]]:
        """The state, to come back to it."""
        return dict(self.env), dict(self.trusted)

    def join(self, other: tuple[dict[str, Value], dict[Origin, frozenset[str]]]) -> None:
        """From here on either of two states may be the case."""
        env, trusted = other
        for name in {*self.env, *env}:
            mine, theirs = self.env.get(name, EMPTY), env.get(name, EMPTY)
            if mine is not theirs:
                self.env[name] = union(relieved(mine, self.trusted), relieved(theirs, trusted))
        self.trusted = {key: kinds & trusted[key] for key, kinds in self.trusted.items() if key in trusted}

    def trust(self, checked: Iterable[tuple[Value, frozenset[str]]]) -> None:
        """Values that a check has let pass."""
        for value, kinds in checked:
            for each in value.all_taints():
                if not each.origin.path and each.origin.kind == "field":
                    continue
                self.trusted[each.origin] = self.trusted.get(each.origin, NOTHING) | kinds
                if each.origin.path and each.origin.path[-1] in HOST_PARTS:
                    above = replace(each.origin, path=each.origin.path[:-1])
                    self.trusted[above] = self.trusted.get(above, NOTHING) | WHOLE

    def hit(self, hit: Hit) -> None:
        """Remembers a danger."""
        if hit.taint.origin.kind in KEPT and hit.kind not in LATER:
            return
        if len(self.hits) < MOST_HITS:
            self.hits.setdefault(hit.identity, hit)

    def danger(self, kind: str, value: Value, node: s.Node, what: str) -> None:
        """Each origin of a value that reaches a dangerous place."""
        sink = self.at(node)
        if kind == "answer" and self.debugging:
            return
        for each in value.all_taints():
            if kind not in each.clean and (kind != "answer" or each.origin.kind in ("error", "parameter")):
                place = spanned(each, sink, self.function)
                text = value.text or ""
                trail = Trail(sink, f"used by `{what}`", each.trail)
                self.hit(Hit(kind, each.on(trail), place, sink, self.function, node, what, text))


def relieved(value: Value, trusted: dict[Origin, frozenset[str]]) -> Value:
    """A value without what has been checked."""
    if not trusted or (not value.taints and not value.parts):
        return value
    kept: list[Taint] = []
    changed = False
    for each in value.taints:
        kinds = trusted.get(each.origin)
        if kinds is None and each.origin.path:
            kinds = next(
                (
                    trusted[above]
                    for end in range(len(each.origin.path))
                    if (above := replace(each.origin, path=each.origin.path[:end])) in trusted
                ),
                None,
            )
        if not kinds:
            kept.append(each)
        else:
            changed = True
            if "*" not in kinds:
                kept.append(replace(each, clean=each.clean | kinds))
    parts = value.parts
    if parts:
        relieved_parts = {name: relieved(part, trusted) for name, part in parts.items()}
        changed = changed or any(relieved_parts[name] is not parts[name] for name in parts)
        parts = relieved_parts
    return Value(merged(kept), value.text, parts, value.what) if changed else value


def spanned(taint: Taint, sink: Place, function: Function | None) -> Place:
    """From where a text is made to where it is used, if that is near; else where it is made, or used."""
    made = taint.built_at
    if made is None or made.path != sink.path:
        return made or sink
    if function is not None and not function.line <= made.line <= function.end:
        return made
    if made.line <= sink.line and sink.line - made.line <= 15:
        return Place(sink.path, made.line, max(sink.end, made.end), made.column)
    return sink
