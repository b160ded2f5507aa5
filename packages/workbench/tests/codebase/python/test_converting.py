"""Python's tree in neutral syntax: what each name refers to, and where it is a local one."""

import pytest
from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Module


def module(text: str) -> Module:
    """What is read from a file of that text."""
    return read_application({"app.py": text}).project.modules["app"]


def used(text: str) -> s.Expression:
    """The first argument of the call of `use` in that text."""
    return read_application({"app.py": text}).calls("use")[0].node.args[0]


def test_an_imported_name_refers_to_where_it_comes_from() -> None:
    """Whatever it is called here."""
    assert s.refers(used("from flask import request as r\nuse(r.args)\n")) == "flask.request.args"


@pytest.mark.parametrize(
    "text",
    [
        "from flask import request\ndef go(request):\n    use(request)\n",
        "from flask import request\ndef go():\n    for request in ():\n        use(request)\n",
        "from flask import request\nfound = [use(request) for request in ()]\n",
        "from flask import request\nlambda request: use(request)\n",
        "from flask import request\ndef go():\n    try: ...\n    except E as request:\n        use(request)\n",
        "from flask import request\ndef go(x):\n    match x:\n        case [request]:\n            use(request)\n",
    ],
)
def test_a_name_that_is_bound_nearer_refers_to_nothing(text: str) -> None:
    """Parameters, loops, comprehensions, lambdas, handlers and patterns hide what a module imports."""
    assert s.refers(used(text)) == ""


def test_a_global_statement_gives_the_name_back_to_the_module() -> None:
    """An assignment after `global` is not a local one."""
    assert (
        s.refers(used("limit = 1\ndef go():\n    global limit\n    limit = 2\n    use(limit)\n"))
        == "app.limit"
    )


def test_the_names_of_a_class_are_not_seen_in_its_methods() -> None:
    """`items` in a method is the module's, beside an attribute of that name."""
    text = "items = []\nclass A:\n    items = ()\n    def go(self):\n        use(items)\n"
    assert s.refers(used(text)) == "app.items"


def test_a_match_is_a_chain_of_branches() -> None:
    """Names that a pattern binds are assigned from the subject, in the branch of their case."""
    found = module("match x:\n    case {'a': b}:\n        use(b)\n    case _:\n        stop()\n").body[0]
    assert isinstance(found, s.Branch)
    first = found.body[0]
    assert isinstance(first, s.Assign)
    assert s.last_name(first.targets[0]) == "b"
    assert isinstance(found.orelse[0], s.Branch)


def test_a_sum_of_many_texts_is_one_operation() -> None:
    """`a + b + c` has three operands, so that long sums do not nest."""
    found = used("use('a' + b + 'c')\n")
    assert isinstance(found, s.Operation)
    assert (found.operator, len(found.operands)) == ("+", 3)


def test_functions_and_classes_are_found_under_their_full_names() -> None:
    """Methods at their class, inner functions at the one around them."""
    made = module("class A:\n    def go(self): ...\ndef outer():\n    def inner(): ...\n")
    assert made.classes["A"].methods["go"].qualified == "app.A.go"
    assert [each.qualified for each in made.functions["outer"].functions] == ["app.outer.inner"]


def test_an_annotation_that_is_a_text_is_read() -> None:
    """`user: "User"` names the class; a text that is no expression stays a text."""
    go = module("class User: ...\ndef go(user: 'User', other: 'not a type'): ...\n").functions["go"]
    assert s.refers(go.params[0].annotation) == "app.User"
    assert isinstance(go.params[1].annotation, s.Literal)
