"""How errors read in a terminal."""

from backwright_workbench.errors import InputError, Place, Problem, SetupError, UserError, WorkbenchError


def test_an_error_says_what_where_why_and_the_next_step() -> None:
    """Each part has its line; parts that are not known are not shown."""
    error = UserError(
        "the folder is not empty", where="./shop", why="3 files", next_step="choose another --into"
    )
    assert str(error).splitlines() == [
        "the folder is not empty",
        "  where: ./shop",
        "  why: 3 files",
        "  next: choose another --into",
    ]
    assert str(UserError("no")) == "no"


def test_problems_stand_between_what_and_the_next_step() -> None:
    """All problems at once, each with its place and hint."""
    problem = Problem("unknown key 'mx'", Place("a.yaml", 3, 7), "did you mean 'max'?")
    error = InputError("a.yaml is wrong", [problem], next_step="correct it")
    assert str(error).splitlines() == [
        "a.yaml is wrong",
        "  a.yaml:3:7: unknown key 'mx'; did you mean 'max'?",
        "  next: correct it",
    ]
    assert error.problems == (problem,)


def test_a_long_list_of_problems_is_cut() -> None:
    """A hostile file does not fill the terminal; all problems stay in the value."""
    error = InputError("wrong", [Problem(f"number {n}") for n in range(60)])
    assert str(error).splitlines()[-2:] == ["  number 49", "  … and 10 more"]
    assert len(error.problems) == 60


def test_who_must_act_tells_the_exit_code() -> None:
    """Scripts can tell a wrong file from a machine that is not ready."""
    codes = {kind.exit_code for kind in (WorkbenchError, UserError, SetupError)}
    assert len(codes) == 3
    assert issubclass(InputError, UserError)
