"""Syntax of every Python from 3.8 to 3.14 is read, whatever Python the reviewer runs on."""

import ast
import time
from pathlib import Path

import pytest
from backwright_workbench import codebase
from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Module, Role
from backwright_workbench.codebase.python import load
from backwright_workbench.codebase.python.newer import restored, rewritten


def read(text: str) -> Module:
    """The module of one file."""
    return load({"app.py": text}, lambda path, text: Role.CODE).modules["app"]


READ = {
    "3.8 walrus": "if (count := len(items)) > 3:\n    print(count)\n",
    "3.8 positional-only parameters": "def add(a, b=1, /, *, c):\n    return a\n",
    "3.8 debugging texts": 'text = f"{user=}"\n',
    "3.9 decorators of any form": "@buttons[0].clicked.connect\ndef f():\n    pass\n",
    "3.10 match": "match command:\n    case {'go': [x, *rest]} if x:\n        print(rest)\n    case _:\n        pass\n",
    "3.10 parenthesised with": "with (\n    open(a) as b,\n    open(c) as d,\n):\n    pass\n",
    "3.11 except*": "try:\n    pass\nexcept* (ValueError, TypeError) as group:\n    pass\n",
    "3.11 star in an item": "def f(*args: *Ts) -> None:\n    a[*b] = 1\n",
    "3.12 type parameters of a function": "def first[T: (int, str) = int](items: list[T]) -> T:\n    return items[0]\n",
    "3.12 async function": "async def get[\n    T,\n    *Ts,\n    **P,\n](self) -> T: ...\n",
    "3.12 type parameters of a class": 'class Page[T: "Base"]:\n    items: list[T]\n',
    "3.12 type parameters of a class with bases": "class Page[\n    T,\n](Base, Generic):\n    items: list[T]\n",
    "3.12 type statement": "type Json = dict[str, Json] | None\ntype Pair[T] = tuple[T, T]; x = 1\n",
    "3.12 type statement in a class": "class A:\n    type Own = int\n",
    "3.12 same quotes in an f-string": "text = f'{user['name']}'\n",
    "3.12 backslash in an f-string": "text = f'{'\\n'.join(lines)}'\n",
    "3.12 comment in an f-string": "text = f'''{\n    user  # who\n}!'''\n",
    "3.12 lines in an f-string": "text = f'{\n    user.name\n    !r\n    :>{\n width}}'\n",
    "3.12 f-strings in f-strings": 'text = f"{f"{f"{a}"}" + "b"}"\n',
    "3.12 texts side by side": "text = ('a'  # one\n  f'{b['c']}'  # two\n  rb\"\"\"x\"\"\".decode())\n",
    "3.12 lambda and dict in an f-string": "text = f'{(lambda x: x)(1)} {dict(a='b')} { {'a': 1}['a'] }'\n",
    "3.14 several errors": "try:\n    pass\nexcept ValueError, app.Trouble:\n    pass\nexcept (A, B), C: pass\n",
    "3.14 several errors in a group": "try:\n    pass\nexcept* ValueError, TypeError:\n    pass\n",
    "3.14 template": "query = t'SELECT {name!r:>10} and {'x'}'\n",
    "3.12 quotes at the end": "text = f'''{a['b']}\\'''{x}'''\n",
    "3.12 backslashes at the end": "text = rf'\\{a['b']}\\{x}'\n",
    "3.14 raw template": "query = rt'\\d{name}'\n",
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_it_is_read(text: str) -> None:
    """The file has no trouble, and its lines are where they were."""
    module = read(f"{text}\nlast = 1\n")

    assert module.trouble == ""
    assert next(each for name, each in module.assigned() if name == "last").line == text.count("\n") + 2


def test_type_parameters_go_and_the_rest_stays() -> None:
    """A function keeps its parameters and its place, a class its bases."""
    module = read(
        "class Repo[\n    T\n](Base):\n    def get[K](self, key: K) -> T:\n        return self.items[key]\n"
    )

    repo = module.classes["Repo"]
    assert [s.written(each) for each in repo.bases] == ["Base"]
    assert [each.name for each in repo.methods["get"].params] == ["self", "key"]
    assert (repo.line, repo.methods["get"].line, repo.methods["get"].end) == (1, 4, 5)


def test_a_type_statement_is_an_assignment() -> None:
    """What it names can be followed like any other name."""
    (name, found), *_ = read("import uuid\ntype Key = uuid.UUID\n").assigned()

    assert (name, s.refers(found.value)) == ("Key", "uuid.UUID")


def test_an_f_string_is_a_text_of_its_parts() -> None:
    """Literal parts and values come in order, whatever quotes stand in them."""
    source = "def f(row):\n    return f'a {{x}} {row['id']!r:>{width}} b' 'c'\n"
    found = read(source).functions["f"].body[0]

    assert isinstance(found, s.Return)
    assert isinstance(found.value, s.Text)
    first, value, second, third = found.value.parts
    assert [s.text_of(each) for each in (first, second, third)] == ["a {x} ", " b", "c"]
    assert isinstance(value, s.Item)
    assert s.text_of(value.key) == "id"


def test_a_template_is_no_text() -> None:
    """What takes a template binds its values itself, so it is told apart from an f-string."""
    found = read("query = t'SELECT {name}'\n").body[0]

    assert isinstance(found, s.Assign)
    assert isinstance(found.value, s.Call)
    assert found.value.name == "Template"


def test_several_errors_are_a_handler_of_several_types() -> None:
    """As if they stood in parentheses."""
    found = read("try:\n    go()\nexcept ValueError, TypeError:\n    pass\n").body[0]

    assert isinstance(found, s.Attempt)
    assert [s.written(each) for each in found.handlers[0].types] == ["ValueError", "TypeError"]


@pytest.mark.parametrize(
    "text",
    [
        "print 'hello'\n",
        "def f():\n    print x, y\n",
        "try:\n    pass\nexcept IOError, e:\n    raise\n",
        "raise ValueError, 'no'\n",
        "mode = 0755\n",
        "if a <> b:\n    pass\n",
        "x = `y`\n",
        "exec 'code' in names\n",
    ],
)
def test_python_2_is_told_in_plain_words(text: str) -> None:
    """It is not read, and the reason is no riddle."""
    assert read(text).trouble == "it is Python 2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(:\n", "line 1: invalid syntax"),
        ("x = f'{a['b']}'\ny = (\n", "line 2: '(' was never closed"),
        ("x = f'{a['b'\n", "line 2:"),
        ("type X = int\nf'{}'\n", "line 2:"),
    ],
)
def test_what_is_wrong_in_every_python_stays_wrong(text: str, why: str) -> None:
    """With its line."""
    assert read(text).trouble.startswith(why)


HOSTILE = {
    "f-strings without end": 'f"{' * 300_000,
    "brackets": "(" * 1_000_000,
    "holes": "f'" + "{" * 1_000_001,
    "specifications": "f'{x:" + "{" * 1_000_000,
    "quotes": "'" * 1_000_001,
    "a text without end": "type X = int\n'''" + "\\" * 1_000_000,
    "definitions": "def " * 250_000 + "[",
    "spaces": "type X = int\ndef" + " " * 1_000_000,
    "many texts": "type X = int\nx = (" + "f'{a['b']}' " * 80_000 + ")",
    "many functions": "def f[T](x: T) -> T:\n    return x\n" * 25_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_anything_takes_seconds(text: str) -> None:
    """Whether it can be read or not."""
    since = time.perf_counter()
    read(text)

    assert time.perf_counter() - since < 20


def test_older_code_means_the_same_after_rewriting() -> None:
    """This package has the same tree, whether rewritten or not."""
    for path in Path(codebase.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        older = rewritten(text)

        assert plain(restored(ast.parse(older), older)) == plain(ast.parse(text)), path


def plain(tree: ast.Module) -> str:
    """A tree without how values in texts are shown."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = [each for each in node.values if isinstance(each, ast.FormattedValue)]
            for each in node.values:
                each.conversion, each.format_spec = -1, None
    return ast.dump(tree)
