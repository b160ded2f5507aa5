"""Values are followed over calls and files, and no further than they go."""

from flow_samples import found, project


def test_a_value_is_followed_over_three_files_with_each_step_told() -> None:
    """From the query of a route through a service into the statement."""
    flows = project(
        {
            "views.py": """
                from flask import Flask, request
                from service import find
                app = Flask(__name__)
                @app.get("/users")
                def users():
                    return {"rows": find(request.args["name"])}
                """,
            "service.py": """
                from store import rows
                def find(name):
                    return rows("name", name.strip())
                """,
            "store.py": """
                def rows(column, value):
                    return cursor().execute("SELECT * FROM users WHERE " + column + " = '" + value + "'")
                """,
        }
    )
    assert [(flow.kind, str(flow.place), flow.is_proven) for flow in flows] == [("sql", "store.py:2", True)]
    whats = [step.what for step in flows[0].steps]
    assert whats == [
        "`name` from the query of `GET /users`",
        "passed to `find()`",
        "passed to `rows()`",
        "put into a longer text",
        "used by `cursor().execute`",
    ]


def test_a_constant_from_every_caller_is_nothing() -> None:
    """A parameter counts only where nobody is seen to call, or somebody passes something on."""
    text = """
        def count(kind):
            return cursor.execute(f"SELECT count(*) FROM {kind}")
        """
    assert found(text) == [("sql", 2)]
    assert found(text + "\n        count('users')") == []


def test_what_a_function_gives_back_carries_what_it_was_given() -> None:
    """Also through tuples, dictionaries and default values."""
    assert found(
        """
        from flask import request
        import os
        def pair(value):
            return "ls", {"path": value}
        def view():
            program, options = pair(request.args.get("path"))
            os.system(program + options["path"])
            os.system(program + options.get("other", "x"))
        """
    ) == [("command", 7)]


def test_attributes_of_an_object_are_kept_apart() -> None:
    """What was put into one is not in the other."""
    assert found(
        """
        import os
        from dataclasses import dataclass
        from flask import request
        @dataclass
        class Job:
            name: str
            tool: str
        def view():
            job = Job(name=request.form["name"], tool="ls")
            os.system(job.tool)
            os.system("echo " + job.name)
        """
    ) == [("command", 11)]


def test_what_instances_keep_is_followed_into_their_methods() -> None:
    """`self.name` is what `__init__` was given."""
    text = """
        import os
        class Tool:
            def __init__(self, name, count):
                self.name = name
                self.count = int(count)
            def run(self):
                os.system(f"tool {self.name}")
            def times(self):
                os.system(f"tool {self.count}")
        """
    assert found(text) == [("command", 7)]
    assert found(text + "\n        Tool('a', 3).run()") == []
    more = """
        from flask import request
        def view():
            Tool(request.args["name"], 3).run()
        """
    assert found(text + more) == [("command", 7)]


def test_checks_end_a_value() -> None:
    """Lists of what is allowed, patterns, characters, conversions, functions of the project that check."""
    for check in (
        "if name not in ('a', 'b'): abort(400)",
        "if not name.isalnum(): return 'no'",
        "if not re.fullmatch(r'[a-z]+', name): return 'no'",
        "if not all(c in LETTERS for c in name): return 'no'",
        "name = {'a': 'x'}.get(name, 'y')",
        "name = int(name)",
        "if not known(name): raise ValueError",
        "demand(name)",
        "name = name if name in LETTERS else 'x'",
        "match name:\n                case 'a': pass\n                case _: return 'no'",
    ):
        text = f"""
        import os, re
        from flask import abort, request
        LETTERS = ["a", "b"]
        def known(value):
            return value in LETTERS
        def demand(value):
            if value not in LETTERS:
                raise ValueError(value)
        def view():
            name = request.args["name"]
            {check}
            os.system("echo " + name)
        """
        assert found(text) == [], check


def test_checks_that_say_too_little_end_nothing() -> None:
    """A loose pattern, an ending, another value, one branch only."""
    for check in (
        "if not re.match(r'.*', name): return 'no'",
        "if name.split('.')[-1] not in ('a', 'b'): abort(400)",
        "if request.args['other'] not in ('a', 'b'): abort(400)",
        "if name in ('a', 'b'): print('well')",
        "if len(name) > 3: abort(400)",
        "if not allowed(name): abort(400)",
    ):
        text = f"""
        import os, re
        from flask import abort, request
        def allowed(value):
            if easy():
                return True
            return value in ("a", "b")
        def view():
            name = request.args["name"]
            {check}
            os.system("echo " + name)
        """
        assert [kind for kind, _ in found(text)] == ["command"], check


def test_comprehensions_generators_closures_and_await_are_seen_through() -> None:
    """As they stand in real code."""
    assert found(
        """
        import asyncio, os
        from flask import request
        def lines(text):
            for line in text.splitlines():
                yield line
        async def run(command):
            await asyncio.create_subprocess_shell(command)
        async def view():
            names = [each.lower() for each in request.args.getlist("name")]
            await run(" ".join(["ls", *names]))
            def inner():
                os.system("echo " + names[0])
            inner()
            for line in lines(request.form["text"]):
                os.system(f"cat {line}")
        """
    ) == [("command", 10), ("command", 12), ("command", 15)]


def test_a_library_function_in_a_thread_is_a_call() -> None:
    """`to_thread` calls what it is given."""
    assert found(
        """
        import asyncio, os
        from flask import request
        async def view():
            await asyncio.to_thread(os.system, "echo " + request.args["name"])
        """
    ) == [("command", 4)]


def test_numbers_and_enumerations_cannot_carry_text() -> None:
    """Whether they are annotated or converted."""
    assert (
        found(
            """
        import enum
        class Kind(enum.Enum):
            A = "a"
        def rows(cursor, number: int, kind: Kind, at: "int | None" = None):
            cursor.execute(f"SELECT * FROM t WHERE a = {number} AND b = '{kind.value}' AND c = {at}")
            cursor.execute("SELECT * FROM t WHERE a = %d" % kind)
        """
        )
        == []
    )


def test_what_a_list_of_a_module_holds_is_what_handlers_put_into_it() -> None:
    """It counts for pages; a list that is only read holds nothing of callers."""
    text = """
        from flask import Flask, request
        app = Flask(__name__)
        kept = []
        @app.post("/a")
        def add():
            kept.append(PUT)
            return "ok"
        @app.get("/b")
        def show():
            return "<p>" + kept[0] + "</p>"
        """
    assert found(text.replace("PUT", "request.form['a']"), "page") == [("page", 10)]
    assert found(text.replace("PUT", "int(request.form['a'])"), "page") == []
