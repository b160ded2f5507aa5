"""What names stand for: guesses for readers, certainty for rules."""

import pytest
from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.values import (
    listed,
    looked_up,
    plain_value,
    resolved,
    sure_value,
    text_value,
    texts,
)

SETTINGS = """
import os
ORIGINS = ["https://a.example"]
DEBUG = os.getenv("DEBUG", "yes")

class Settings:
    prefix: str = "/api"

settings = Settings()
"""


def asked(body: str) -> tuple[Application, s.Call]:
    """An application with one call of `use` in a function, and that call."""
    app = read_application(
        {"app/settings.py": SETTINGS, "app/main.py": f"from app import settings as conf\n\ndef go():\n{body}"}
    )
    return app, app.calls("use")[0].node


def test_a_constant_of_another_module_is_its_value() -> None:
    """Readers and rules both follow imports."""
    app, call = asked("    use(conf.ORIGINS)\n")
    function = app.calls("use")[0].function
    assert plain_value(app, call.args[0], function) == ["https://a.example"]
    assert sure_value(app, call.args[0], function) == ["https://a.example"]


def test_an_attribute_of_settings_is_what_their_class_says() -> None:
    """`settings.prefix` is the default in the body of the class."""
    app, call = asked("    use(conf.settings.prefix)\n")
    assert text_value(app, call.args[0], app.calls("use")[0].function) == "/api"


def test_what_the_environment_replaces_is_a_guess_and_never_sure() -> None:
    """The default of `getenv` serves to read an application, but a rule must not rely on it."""
    app, call = asked("    use(conf.DEBUG)\n")
    function = app.calls("use")[0].function
    assert s.constant(looked_up(app, call.args[0], function)) == "yes"
    assert isinstance(resolved(app, call.args[0], function), s.Call)
    assert sure_value(app, call.args[0], function) is ...


def test_the_texts_of_a_setting_are_those_it_falls_back_to() -> None:
    """Whoever asks for texts by name wants the default as well."""
    app, call = asked("    use(conf.DEBUG)\n")
    assert list(texts(app, call.args[0], app.calls("use")[0].function)) == ["yes"]


@pytest.mark.parametrize(
    ("body", "sure"),
    [
        ("    mode = 1\n    use(mode)\n", 1),
        ("    mode = 1\n    if x:\n        mode = 2\n    use(mode)\n", ...),
    ],
)
def test_a_local_is_sure_only_if_it_is_assigned_once(body: str, sure: object) -> None:
    """Of two assignments the last is a guess."""
    app, call = asked(body)
    function = app.calls("use")[0].function
    assert s.constant(resolved(app, call.args[0], function)) == sure
    assert s.constant(looked_up(app, call.args[0], function)) in (1, 2)


def test_lists_that_are_added_are_one_list() -> None:
    """`[a] + [*more]` has the items of both."""
    app, call = asked("    more = [2, 3]\n    use([1] + [*more])\n")
    items = listed(app, call.args[0], app.calls("use")[0].function)
    assert [s.constant(each) for each in items] == [1, 2, 3]


def test_names_that_lead_in_a_circle_have_no_value() -> None:
    """`a = b`, `b = a` ends."""
    app, call = asked("    a = b\n    b = a\n    use(a)\n")
    function = app.calls("use")[0].function
    assert plain_value(app, call.args[0], function) is ...
    assert sure_value(app, call.args[0], function) is ...
