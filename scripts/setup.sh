# Sourced by the other scripts: goes to the repository's root and makes .venv from the lock file.
# Needs Python 3.11 or newer and the network the first time; nothing is installed outside this directory.

UV_VERSION=0.13.8

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
cd "$root" || exit 1

fail() {
    echo "$1" >&2
    exit 1
}

# The interpreter itself: to uv a shim (pyenv's) or a link in an active environment is another Python each time,
# and it would make .venv anew on every run.
find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))'
            return
        fi
    done
    return 1
}

# uv on PATH; else from a virtual environment of its own; else, where Debian has left out venv, the wheel itself.
find_uv() {
    if uv --version >/dev/null 2>&1; then
        echo uv
        return
    fi
    tools=$root/.venv-tools
    if ! "$tools/bin/uv" --version >/dev/null 2>&1; then
        echo "Getting uv $UV_VERSION into .venv-tools/ (once)" >&2
        rm -rf "$tools"
        if "$python" -m venv "$tools" >/dev/null 2>&1 &&
            "$tools/bin/python" -m pip install --quiet "uv==$UV_VERSION" >&2; then
            :
        else
            rm -rf "$tools"
            "$python" scripts/fetch_uv.py "$UV_VERSION" "$tools" >&2 || return 1
        fi
        echo '*' >"$tools/.gitignore"
    fi
    echo "$tools/bin/uv"
}

# The suites start hundreds of processes: compile once, also where the environment forbids it (container images do).
unset PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE=1

# Trust what this machine trusts, for networks that put a certificate of their own in between.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    export UV_SYSTEM_CERTS=1
fi

python=$(find_python) || fail "Python 3.11 or newer is needed: install it (Debian: apt install python3) and run this again."
uv=$(find_uv) || fail "uv could not be fetched; the lines above say why. With uv on PATH this step is skipped."
"$uv" sync --frozen --quiet --python "$python" || fail "The environment could not be made; the lines above say why."
