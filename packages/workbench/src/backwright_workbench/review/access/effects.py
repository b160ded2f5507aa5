"""What a function does to the world: which rows it changes, which files it writes, which commands it runs.

What lives here: effects of one body, by queries and by the usual names. What must not: following calls
(`endpoints.py`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function


class Kind(StrEnum):
    """What is done."""

    ROWS = "changes rows"
    DELETE = "deletes rows"
    SCHEMA = "changes tables"
    FILE = "writes files"
    COMMAND = "runs commands"
    MEMORY = "changes what the process keeps"
    TASK = "starts work"


@dataclass(slots=True, eq=False)
class Effect:
    """Something that is done, where, and to which models (full names or tables) if that is known."""

    kind: Kind
    node: s.Node
    function: Function
    models: tuple[str, ...] = ()


QUERIES = {
    "insert": Kind.ROWS,
    "update": Kind.ROWS,
    "delete": Kind.DELETE,
    "ddl": Kind.SCHEMA,
    "commit": Kind.ROWS,
}
SESSIONS = frozenset(
    ["session", "db", "db_session", "sess", "_session", "dbsession", "database", "conn", "connection"]
)
SESSION_CALLS = {
    "add": Kind.ROWS, "add_all": Kind.ROWS, "merge": Kind.ROWS, "commit": Kind.ROWS, "delete": Kind.DELETE,
    "drop_all": Kind.SCHEMA, "create_all": Kind.SCHEMA, "bulk_save_objects": Kind.ROWS,
    "bulk_insert_mappings": Kind.ROWS,
}  # fmt: skip
STORE_CALLS = {
    "insert_one": Kind.ROWS, "insert_many": Kind.ROWS, "update_one": Kind.ROWS, "update_many": Kind.ROWS,
    "replace_one": Kind.ROWS, "delete_one": Kind.DELETE, "delete_many": Kind.DELETE, "find_one_and_update": Kind.ROWS,
    "find_one_and_delete": Kind.DELETE, "drop_all": Kind.SCHEMA, "bulk_create": Kind.ROWS, "bulk_update": Kind.ROWS,
    "get_or_create": Kind.ROWS, "update_or_create": Kind.ROWS, "apply_async": Kind.TASK, "delay": Kind.TASK,
    "drop_collection": Kind.SCHEMA, "create_user": Kind.ROWS, "set_password": Kind.ROWS, "put_item": Kind.ROWS,
    "delete_item": Kind.DELETE, "update_item": Kind.ROWS, "insert_document": Kind.ROWS,
}  # fmt: skip
SQL = (
    ("insert", Kind.ROWS), ("update", Kind.ROWS), ("replace", Kind.ROWS), ("delete", Kind.DELETE),
    ("drop", Kind.SCHEMA),
    ("truncate", Kind.SCHEMA), ("alter", Kind.SCHEMA), ("create", Kind.SCHEMA),
)  # fmt: skip
IDEMPOTENT = re.compile(r"create (?:table|schema|index|extension|unique index) if not exists ")
"""What makes a place for rows where there is none yet, and else changes nothing."""
EXECUTES = frozenset(
    ["execute", "executemany", "executescript", "raw", "fetch_all", "fetch_one", "text", "query_db"]
)
COMMANDS = (
    "os.system", "os.popen", "subprocess.run", "subprocess.Popen", "subprocess.call", "subprocess.check_output",
    "subprocess.check_call", "subprocess.getoutput", "asyncio.create_subprocess_shell", "builtins.eval",
    "builtins.exec",
    "asyncio.create_subprocess_exec", "os.execv", "os.kill", "subprocess.getstatusoutput",
)  # fmt: skip
FILES = (
    "os.remove", "os.unlink", "os.rename", "os.rmdir", "os.makedirs", "shutil.rmtree", "shutil.move",
    "shutil.copyfileobj",
    "shutil.copy", "shutil.copyfile", "os.replace",
)  # fmt: skip
MUTATORS = frozenset(["append", "pop", "remove", "update", "extend", "insert", "clear", "popitem", "setdefault",
     "add",
                      "discard", "appendleft"])  # fmt: skip
SAVES = frozenset(["save", "delete", "update", "create", "put", "asave", "adelete", "acreate", "aupdate", "destroy",
                   "insert", "delete_instance", "remove"])  # fmt: skip


def effects_of(app: Application, function: Function) -> list[Effect]:
    """The effects of one body, without those of what it calls; queries that a reader found are not among them."""
    found: list[Effect] = []
    for node in function.walk():
        match node:
            case s.Call():
                found += _call(app, function, node)
            case s.Assign(targets=targets, value=value) if value is not None:
                for target in targets:
                    root = s.root_of(target)
                    if (isinstance(target, s.Item | s.Attribute) and _is_kept(app, root)) or (
                        isinstance(target, s.Name) and _is_global(app, function, target)
                    ):
                        found.append(Effect(Kind.MEMORY, node, function))
            case s.Other(kind="delete" | "del", values=values):
                if any(isinstance(each, s.Item) and _is_kept(app, s.root_of(each)) for each in values):
                    found.append(Effect(Kind.MEMORY, node, function))
    return found


def _call(app: Application, function: Function, call: s.Call) -> list[Effect]:
    name = call.name
    known = call.refers
    if known in COMMANDS:
        return [Effect(Kind.COMMAND, call, function)]
    if known in FILES or _opens(call):
        return [Effect(Kind.FILE, call, function)]
    if name in ("write_text", "write_bytes", "upload_fileobj", "put_object", "delete_object", "upload_file"):
        return [Effect(Kind.FILE, call, function)]
    if name in STORE_CALLS and isinstance(call.callee, s.Attribute):
        return [Effect(STORE_CALLS[name], call, function)]
    if name in EXECUTES and call.args:
        text = _sql(app, call.args[0], function)
        if IDEMPOTENT.match(text):
            return []
        kind = next((kind for word, kind in SQL if text.startswith(word + " ")), None)
        return [Effect(kind, call, function)] if kind else []
    if not isinstance(call.callee, s.Attribute):
        return []
    base = call.callee.base
    last = s.last_name(base).lower()
    if name in SESSION_CALLS and (last in SESSIONS or last.endswith("session")):
        return [Effect(SESSION_CALLS[name], call, function)]
    if name in SAVES and (_is_row(app, function, base) or _is_manager(base)):
        return [Effect(Kind.DELETE if "delete" in name else Kind.ROWS, call, function)]
    if (
        name == "save"
        and call.args
        and last in ("file", "f", "upload", "image", "photo", "uploaded_file", "avatar")
    ):
        return [Effect(Kind.FILE, call, function)]
    if name in MUTATORS and _is_kept(app, s.root_of(base)):
        return [Effect(Kind.MEMORY, call, function)]
    return []


def _opens(call: s.Call) -> bool:
    if call.name != "open" or call.refers not in (
        "builtins.open",
        "aiofiles.open",
        "io.open",
        "codecs.open",
        "",
    ):
        return False
    mode = call.argument(1, "mode") if call.refers else (call.args[0] if call.args else call.keyword("mode"))
    text = s.text_of(mode) or ""
    return bool(set(text) & set("wax")) and len(text) <= 3


def _is_row(app: Application, function: Function, base: s.Expression) -> bool:
    """Whether an expression is a row: of a model, or found by `objects`, a query or a form made from a model."""
    kind = app.types.of(base, function)
    if kind is not None and (kind.name in app.models or kind.name.endswith((".Form", "Form", "Serializer"))):
        return True
    chain = s.written(base)
    if ".objects" in chain or ".query" in chain or "get_object_or_404" in chain:
        return True
    if kind is None and isinstance(base, s.Name) and base.id in function.locals:
        return any(
            isinstance(node, s.Assign)
            and any(isinstance(each, s.Name) and each.id == base.id for each in node.targets)
            and any(
                word in s.written(node.value)
                for word in (".objects", ".query", "get_object_or_404", ".select()")
            )
            for node in function.walk()
        )
    return False


def _is_manager(base: s.Expression) -> bool:
    return s.last_name(base) in ("objects", "_default_manager")


def _is_kept(app: Application, root: s.Node) -> bool:
    """Whether a name is a list, mapping or object that a module of the project makes."""
    if not isinstance(root, s.Name | s.Attribute) or not root.refers:
        return False
    value = app.project.value(root.refers)
    if isinstance(value, s.Pairs | s.Each):
        return True
    if isinstance(value, s.Group):
        return value.kind == "list" or value.kind == "set"
    return isinstance(value, s.Call) and value.refers in (
        "builtins.dict", "builtins.list", "builtins.set", "collections.defaultdict", "collections.OrderedDict",
        "collections.deque",
    )  # fmt: skip


def _is_global(app: Application, function: Function, target: s.Name) -> bool:
    return (
        bool(target.refers)
        and target.id not in function.locals
        and app.project.value(target.refers) is not None
    )


def _sql(app: Application, node: s.Expression, function: Function) -> str:
    """The beginning of a text of SQL, in lower case; empty if it is something else."""
    if isinstance(node, s.Call) and node.name in ("text", "SQL") and node.args:
        node = node.args[0]
    if isinstance(node, s.Name) and node.id in function.locals:
        values = [
            each.value
            for each in function.walk()
            if isinstance(each, s.Assign)
            and each.value is not None
            and each.operator == ""
            and any(isinstance(target, s.Name) and target.id == node.id for target in each.targets)
        ]
        node = next((each for each in values if each.line < node.line), node)
    elif isinstance(node, s.Name | s.Attribute) and node.refers:
        node = app.project.value(node.refers) or node
    for each in s.walk(node):
        if isinstance(each, s.Literal) and isinstance(each.value, str) and each.value.strip():
            return " ".join(each.value.split()[:5]).lower() + " "
    return ""
