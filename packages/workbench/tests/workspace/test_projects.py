"""Reading a project that somebody else wrote: all of its text, nothing outside, whatever lies there."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.projects import DEPENDENCIES, read_project


def put(root: Path, **files: str | bytes) -> None:
    """Writes files; `__` in a keyword is a `/`, `_dot_` a dot."""
    for name, text in files.items():
        place = root / name.replace("__", "/").replace("_dot_", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())


def git(root: Path, *arguments: str) -> None:
    """Git in a directory, as somebody."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[None]:
    """Somebody who may not read everything: root may."""
    if os.geteuid():
        yield
        return
    above = tmp_path
    while above != above.parent and above != Path("/tmp"):
        above.chmod(0o755)
        above = above.parent
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_all_text_is_read_and_what_is_not_is_told(tmp_path: Path) -> None:
    """Source, configuration and templates; folders of tools and binaries are told with their reason."""
    put(
        tmp_path,
        app__main_dot_py="x = 1\n",
        Dockerfile="FROM x\n",
        templates__a_dot_html="<p>",
        logo_dot_png=b"\x89P",
    )
    put(tmp_path, node_modules__a__index_dot_js="1", _dot_git__config="", rows_dot_csv="1,2")
    reading = read_project(tmp_path)
    assert sorted(reading.files) == ["Dockerfile", "app/main.py", "templates/a.html"]
    assert sorted(reading.left_out) == [
        (".git", DEPENDENCIES),
        ("logo.png", "binary"),
        ("node_modules", DEPENDENCIES),
        ("rows.csv", "data, not code"),
    ]


def test_a_single_file_is_a_project(tmp_path: Path) -> None:
    """Nothing beside it is read."""
    put(tmp_path, a_dot_py="x = 1\n", b_dot_py="y = 1\n")
    assert list(read_project(tmp_path / "a.py").files) == ["a.py"]


@pytest.mark.parametrize("name", ["nowhere", "a\0b", "a" * 5000])
def test_a_path_that_is_nothing_is_refused(tmp_path: Path, name: str) -> None:
    """In words, whatever it is."""
    with pytest.raises(UserError, match="nothing to review"):
        read_project(tmp_path / name)


def test_git_says_what_it_ignores(tmp_path: Path) -> None:
    """A tracked folder called `build` is source; what is ignored is not read; where a repository lies above, too."""
    git(tmp_path, "init", "-q")
    put(
        tmp_path,
        service__build__plan_dot_py="x = 1\n",
        service__local_dot_py="y = 1\n",
        service__out__a_dot_py="1\n",
    )
    put(tmp_path, _dot_gitignore="local.py\nout/\n")
    reading = read_project(tmp_path / "service")
    assert list(reading.files) == ["build/plan.py"]
    assert sorted(reading.left_out) == [("local.py", "ignored by git"), ("out", "ignored by git")]


def test_an_ignored_directory_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    """A project that was put into an ignored folder of another one is not empty."""
    git(tmp_path, "init", "-q")
    put(tmp_path, _dot_gitignore="tmp/\n", tmp__shop__app_dot_py="x = 1\n")
    assert list(read_project(tmp_path / "tmp/shop").files) == ["app.py"]


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path) -> None:
    """A file system monitor and a hook are programs of whoever made the repository."""
    git(tmp_path, "init", "-q")
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "filter.x.smudge", "filter.x.clean"):
        git(tmp_path, "config", key, str(script))
    put(tmp_path, _dot_gitattributes="*.py filter=x\n", a_dot_py="x = 1\n")
    read_project(tmp_path)
    assert not (tmp_path / "was-run").exists()


def test_a_virtual_environment_is_known_by_its_file(tmp_path: Path) -> None:
    """Whatever it is called."""
    put(tmp_path, mine__pyvenv_dot_cfg="home = /usr", mine__lib__a_dot_py="x = 1\n", a_dot_py="x = 1\n")
    reading = read_project(tmp_path)
    assert list(reading.files) == ["a.py"]
    assert reading.left_out == [("mine", DEPENDENCIES)]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither out of the project, nor in a circle."""
    outside = tmp_path / "outside"
    put(outside, secret_dot_py="password = 'x'\n")
    root = tmp_path / "project"
    put(root, a__b_dot_py="x = 1\n")
    (root / "a" / "up").symlink_to(root, target_is_directory=True)
    (root / "out").symlink_to(outside, target_is_directory=True)
    (root / "secret.py").symlink_to(outside / "secret.py")
    (root / "nowhere.py").symlink_to("gone.py")
    reading = read_project(root)
    assert list(reading.files) == ["a/b.py"]
    assert {why for _, why in reading.left_out} == {"a symbolic link"}
    assert len(reading.left_out) == 4


def test_a_link_to_itself_is_nothing(tmp_path: Path) -> None:
    """Given as the project."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UserError, match="nothing to review"):
        read_project(tmp_path / "loop")


def test_large_files_are_left_out(tmp_path: Path) -> None:
    """Ten megabytes of Python, and a file that is mostly a hole."""
    put(tmp_path, big_dot_py="x = 1\n" * 1_700_000, small_dot_py="x = 1\n", big_dot_json="1" * 600_000)
    with (tmp_path / "hole.py").open("wb") as file:
        file.truncate(10**12)
    reading = read_project(tmp_path)
    assert list(reading.files) == ["small.py"]
    assert sorted(reading.left_out) == [
        ("big.json", "larger than 500 kB"),
        ("big.py", "larger than 1 MB"),
        ("hole.py", "larger than 1 MB"),
    ]


@pytest.mark.parametrize(
    ("data", "text", "odd"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", ""),
        (
            "# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1"),
            "# -*- coding: latin-1 -*-\nx = 'ä'\n",
            "read as iso-8859-1",
        ),
        ("x = 'ä'\n".encode("latin-1"), "x = 'ä'\n", "not UTF-8 as it says; read as latin-1"),
        (
            b"# coding: klingon\nx = 1\n",
            "# coding: klingon\nx = 1\n",
            "not UTF-8 as it says; read as latin-1",
        ),
        (b"# coding: hex\nx = 1\n", "# coding: hex\nx = 1\n", "not UTF-8 as it says; read as latin-1"),
        ("x = 1\n".encode("utf-16"), "x = 1\n", "read as UTF-16"),
        ("# coding: cp1251\nx = 'д'\n".encode("cp1251"), "# coding: cp1251\nx = 'д'\n", "read as cp1251"),
    ],
)
def test_encodings_are_read_as_python_reads_them(tmp_path: Path, data: bytes, text: str, odd: str) -> None:
    """And said where they are odd."""
    put(tmp_path, a_dot_py=data)
    reading = read_project(tmp_path)
    assert reading.files == {"a.py": text}
    assert reading.odd == ([("a.py", odd)] if odd else [])


@pytest.mark.parametrize("data", [b"x = 1\0\n", bytes(range(256)) * 20, b"\xff\xfe\x00"])
def test_binaries_are_not_text(tmp_path: Path, data: bytes) -> None:
    """Whatever their name says."""
    put(tmp_path, a_dot_py=data, b_dot_cfg=data)
    reading = read_project(tmp_path)
    assert reading.files == {}
    assert reading.left_out == [("a.py", "binary"), ("b.cfg", "binary")]


def test_pipes_sockets_and_devices_are_not_opened(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(tmp_path)
        try:
            server.bind("socket.py")
        finally:
            os.chdir(here)
        reading = read_project(tmp_path)
    assert reading.files == {}
    assert {why for _, why in reading.left_out} == {"not a file (a device, socket or pipe)"}


@pytest.mark.usefixtures("nobody")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    """A file and a directory without permission; the rest is read."""
    os.seteuid(os.getuid())
    put(tmp_path, a_dot_py="x = 1\n", closed__b_dot_py="x = 1\n", c_dot_py="x = 1\n")
    (tmp_path / "a.py").chmod(0)
    (tmp_path / "closed").chmod(0)
    os.seteuid(65534 if os.getuid() == 0 else os.getuid())
    reading = read_project(tmp_path)
    assert list(reading.files) == ["c.py"]
    assert sorted(reading.left_out) == [
        ("a.py", "cannot be read: Permission denied"),
        ("closed", "cannot be read: Permission denied"),
    ]


def test_names_may_be_anything(tmp_path: Path) -> None:
    """Bytes that are no text, line breaks and escape sequences are spelled out."""
    for name in (b"caf\xe9.py", b"a\nb.py", b"\x1b[31mred.py", "größe 1.py".encode(), b"-rf.py"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(b"x = 1\n")
    assert sorted(read_project(tmp_path).files) == [
        "-rf.py",
        "\\x1b[31mred.py",
        "a\\nb.py",
        "caf\\xe9.py",
        "größe 1.py",
    ]


def test_a_deep_tree_ends_somewhere(tmp_path: Path) -> None:
    """Deeper than a path may be long."""
    here = os.open(tmp_path, os.O_RDONLY)
    made = []
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        made.append(here)
        here = inner
    reading = read_project(tmp_path)
    assert reading.files == {}
    assert [why for _, why in reading.left_out] == ["cannot be read: File name too long"]
    os.close(here)
    for each in reversed(made):
        os.rmdir("d" * 200, dir_fd=each)
        os.close(each)


def test_what_is_excluded_is_not_read(tmp_path: Path) -> None:
    """Files and whole folders, as the configuration of a project wants it."""
    put(tmp_path, legacy__old_dot_py="1\n", app__a_pb2_dot_py="1\n", app__b_dot_py="1\n")
    reading = read_project(tmp_path, lambda path: path == "legacy" or path.endswith("_pb2.py"))
    assert list(reading.files) == ["app/b.py"]
    assert {why for _, why in reading.left_out} == {"excluded by the configuration"}


def test_there_are_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond them is told."""
    monkeypatch.setattr("backwright_workbench.workspace.projects.MOST_FILES", 2)
    put(tmp_path, a_dot_py="1\n", b_dot_py="1\n", c_dot_py="1\n")
    reading = read_project(tmp_path)
    assert list(reading.files) == ["a.py", "b.py"]
    assert reading.left_out == [("c.py", "beyond 2 files or 400 MB")]
