"""A call to another server ends after ten seconds."""

from backwright_workbench.review.mending.edit import Mend
from backwright_workbench.review.mending.source import argument, is_name, is_spread, positional
from backwright_workbench.review.mending.spot import Spot

PLACES = {
    "urllib.request.urlopen": 2,
    "socket.create_connection": 1,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": 2,
    "ftplib.FTP": 4,
    "telnetlib.Telnet": 2,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 4,
}
"""Where the timeout stands if it has no name."""
LIBRARIES = ("requests.", "httpx.", "urllib3.")
VERBS = (
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "request",
    "send",
    "Client",
    "AsyncClient",
)


def mend(spot: Spot) -> Mend | None:
    """`timeout=10` is added, or stands instead of `timeout=None`."""
    names = (*VERBS, "stream", *(each.rpartition(".")[2] for each in PLACES))
    call = spot.call(*names)
    if call is None or is_spread(call):
        return None
    known = spot.refers(call)
    if known not in PLACES and not known.startswith(LIBRARIES) and not _is_session(spot):
        return None
    if len(positional(call)) > PLACES.get(known, 99):
        return None
    given = argument(call, "timeout")
    if given is not None:
        return spot.mend(spot.source.replace(given.value, "10")) if is_name(given.value, "None") else None
    return spot.mend(spot.source.with_argument(call, "timeout=10"))


def _is_session(spot: Spot) -> bool:
    """Whether the model of the application says that the call goes through requests or httpx."""
    return any(
        each.place == spot.finding.place and each.library in ("requests", "httpx")
        for each in spot.app.outgoing
    )
