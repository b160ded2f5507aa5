"""Code that nobody would write, and code that machines do: the analysis ends, and says what it can."""

from time import perf_counter

from flow_samples import found, project

SOURCE = """
        import os
        from flask import request
        """


def test_functions_that_call_themselves_and_each_other_come_to_an_end() -> None:
    """What passes through them is still followed."""
    assert found(
        SOURCE
        + """
        def walk(value, depth=0):
            if depth > 3:
                return value
            return walk(value, depth + 1)
        def ping(value):
            return pong(value)
        def pong(value):
            ping(value)
            os.system("echo " + value)
        def view():
            os.system(walk(request.args["a"]))
            ping(request.args["b"])
        """
    ) == [("command", 12), ("command", 14)]


def test_classes_that_hold_each_other_come_to_an_end() -> None:
    """Attributes of attributes are cut off somewhere."""
    assert (
        found(
            """
        class A:
            def __init__(self, b):
                self.b = b
                self.b.a = self
            def run(self):
                return self.b.run()
        class B:
            def __init__(self, a):
                self.a = A(self)
                self.x = self.a.b.a.b.a.b
            def run(self):
                return self.a.run()
        """
        )
        == []
    )


def test_deep_expressions_are_no_crash() -> None:
    """Calls on calls, sums of sums, branches in branches."""
    chain = "value" + ".strip()" * 2000
    total = " + ".join(["value"] * 3000)
    nested = (
        "".join("    " * depth + f"if value == {depth}:\n" for depth in range(1, 80)) + "    " * 80 + "pass\n"
    )
    brackets = "(" * 90 + "value" + ")" * 90
    elifs = "    if value == 0:\n        pass\n" + "".join(
        f"    elif value == {n}:\n        pass\n" for n in range(1, 900)
    )
    for body in (f"    return {chain}", f"    return {total}", nested, f"    return {brackets}", elifs):
        project({"app.py": f"def view(value):\n{body}\n"})


def test_a_long_table_and_a_long_function_take_no_time() -> None:
    """Time grows with the number of lines, not with its square."""
    table = "TABLE = {\n" + "".join(f'    "{n}": ["{n}", {n}, value],\n' for n in range(5000)) + "}\n"
    lines = "".join(
        f"    x{n} = x{n - 1} + request.args['a{n}']\n    if x{n}:\n        y = x{n}\n"
        for n in range(1, 1000)
    )
    text = f"from flask import request\n{table}\ndef view():\n    x0 = ''\n{lines}    return TABLE['4']\n"
    start = perf_counter()
    project({"app.py": text})
    assert perf_counter() - start < 10


def test_loops_in_loops_are_gone_through_few_times() -> None:
    """Not twice for each level."""
    loops = "".join("    " * depth + f"for x{depth} in x{depth - 1}:\n" for depth in range(1, 19))
    start = perf_counter()
    project({"app.py": f"def view(x0):\n{loops}{'    ' * 19}y = x18\n"})
    assert perf_counter() - start < 5


def test_a_chain_of_a_thousand_functions_is_followed_to_its_end() -> None:
    """Callees are gone through before their callers, without recursion."""
    functions = "".join(f"def f{n}(value):\n    return f{n + 1}(value)\n" for n in range(1000))
    text = f"import os\nfrom flask import request\n{functions}def f1000(value):\n    os.system('echo ' + value)\n"
    text += "def view():\n    f0(request.args['a'])\n"
    assert [flow.kind for flow in project({"app.py": text}) if flow.is_proven] == ["command"]


def test_wrong_calls_are_no_crash() -> None:
    """Too many arguments, too few, stars, missing names, decorators that are anything."""
    project(
        {
            "app.py": """
            import os, subprocess, re
            from flask import request
            def f(a, *b, c=1, **d): return a, b, c, d
            @(lambda g: g)
            def view(*args, **kwargs):
                f(); f(1, 2, 3, 4, e=5); f(*args, **kwargs); f(**{"a": request.args["a"]})
                os.system(); subprocess.run(shell=True); subprocess.run([], shell=False); re.match(); "%s %d" % ()
                "{} {x} {0.a[b]}".format(); "{".format(1); "%(a)s" % {}; "%" % 1; os.path.join(); getattr(); eval()
                (a, b), [c, *d] = request.args
                x, y = f(*args)
                x.y.z["a"].b = request.args["a"]
                x[request.args] += 1
                del x
                [i for i in [j for j in args] if i for k in i]
                {**x, "a": 1}[0]; lambda *a, **b: a; (yield); (z := 1)
                request.args.get(); "".join(); "a".join([]); "%s" % (*args,)
                class Inner(f):
                    def m(self): return request.args["x"]
                return Inner().m()
            class Odd:
                def none(): return 1
                @property
                def p(self, *rest): return self.p
                __init__ = 3
            Odd(1, 2).p.q
            """
        }
    )
