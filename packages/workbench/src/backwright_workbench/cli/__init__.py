"""The command line: parse, call a command, show what it tells. No logic lives here."""

import signal
import sys
from types import FrameType
from typing import NoReturn

from backwright_workbench import __version__
from backwright_workbench.errors import InternalError

INTERRUPTED = 128 + signal.SIGINT


def main() -> None:
    """The command `backwright`.

    Exits 0 when all went well, 1 when something that ran said no, 2 for a wrong request.
    """
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"backwright {__version__}\n")
        return
    from backwright_workbench.cli.verbs import run

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; nothing was left behind.\n")
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.stderr.write("error: this is a defect of Backwright, please report it with the lines above\n")
        code = InternalError.exit_code
    sys.exit(code)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """Leaves by way of every `finally`: a terminated command, or one whose terminal is closed, tidies up too."""
    sys.exit(128 + number)
