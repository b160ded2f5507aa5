"""Calls to other servers, and whether they can wait for ever.

What lives here: clients of HTTP, mail, files and sockets by what they are called. What must not: databases.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Outgoing, Standing

VERBS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "urlopen",
     "ws_connect"}
)  # fmt: skip
WAITING = {
    "requests": "requests", "urllib.request": "urllib", "urllib2": "urllib", "urllib3": "urllib3",
    "http.client": "http.client", "smtplib": "smtplib", "ftplib": "ftplib", "imaplib": "imaplib", "poplib": "poplib",
    "telnetlib": "telnetlib", "xmlrpc.client": "xmlrpc", "socket": "socket", "cloudinary.uploader": "cloudinary",
}  # fmt: skip
"""Libraries without a timeout of their own, by where their names begin."""
TIMED = {
    "httpx": "httpx",
    "httpx2": "httpx",
    "aiohttp": "aiohttp",
    "niquests": "niquests",
    "curl_cffi": "curl_cffi",
}
"""Libraries that give up by themselves."""
MAKERS = frozenset(
    {"http.client.HTTPConnection", "http.client.HTTPSConnection", "smtplib.SMTP", "smtplib.SMTP_SSL", "ftplib.FTP",
     "ftplib.FTP_TLS", "imaplib.IMAP4", "imaplib.IMAP4_SSL", "poplib.POP3", "poplib.POP3_SSL", "telnetlib.Telnet",
     "socket.create_connection", "urllib.request.urlopen", "urllib2.urlopen", "urllib.request.urlretrieve",
     "xmlrpc.client.ServerProxy", "cloudinary.uploader.upload", "cloudinary.uploader.upload_large",
     "cloudinary.uploader.destroy"}
)  # fmt: skip
POSITIONS = {
    "urllib.request.urlopen": 2, "urllib2.urlopen": 2, "smtplib.SMTP": 3, "smtplib.SMTP_SSL": 5, "ftplib.FTP": 4,
    "socket.create_connection": 1, "telnetlib.Telnet": 2, "http.client.HTTPConnection": 2, "imaplib.IMAP4": 2,
}  # fmt: skip
"""Where the timeout stands if it is not named."""
KEPT = frozenset({"urllib3", "http.client", "smtplib", "ftplib", "imaplib", "poplib", "telnetlib", "socket"})
"""Libraries whose connections and pools carry the timeout."""
CLIENTS = frozenset({"Client", "AsyncClient", "ClientSession"})


def read(app: Application) -> None:
    """Fills `app.outgoing`."""
    for each in app.nodes(s.Call):
        found = _outgoing(each, app)
        if found is not None:
            app.outgoing.append(found)


def _outgoing(standing: Standing[s.Call], app: Application) -> Outgoing | None:
    call, function = standing.node, standing.function
    known = call.refers
    if not known and (call.name not in VERBS or not isinstance(call.callee, s.Attribute)):
        return None
    if known and known.partition(".")[0] not in _TOPS and call.name not in VERBS:
        return None
    library, owner = _library(known), known
    if library and not _is_made(known, call.name):
        return None
    if not library and isinstance(call.callee, s.Attribute) and call.name in VERBS:
        kind = app.types.of(call.callee.base, function)
        owner = kind.name if kind else ""
        library = _library(owner)
        if owner in MAKERS or library in KEPT:
            return None  # what made it says how long it waits
    if not library:
        return None
    timeout = _timeout(call, known)
    if owner != known and owner in MAKERS:
        timeout = None  # the connection that it uses was made with one, or is told of itself
    elif timeout is None and library not in TIMED.values() and not _is_adapted(standing, app):
        timeout = False if not any(not each.name for each in call.keywords) else None
    is_async = library == "aiohttp" or "Async" in owner
    return Outgoing(library, call, standing.place, function, timeout, is_async)


_TOPS = frozenset(name.partition(".")[0] for name in (*WAITING, *TIMED))


def _library(name: str) -> str:
    for start, library in (*WAITING.items(), *TIMED.items()):
        if name == start or name.startswith(f"{start}."):
            return library
    return ""


def _is_made(known: str, name: str) -> bool:
    """Whether the call itself goes out, or makes something that does with its settings."""
    return known in MAKERS or name in VERBS or (name in CLIENTS and known.partition(".")[0] in TIMED)


def _timeout(call: s.Call, known: str) -> bool | None:
    """Whether it says when to give up; None if it says nothing."""
    given = call.keyword("timeout")
    if given is None and known in POSITIONS:
        given = call.argument(POSITIONS[known])
    if given is None:
        return None
    if s.constant(given) is None and call.name == "stream":
        return None  # what comes when it happens may take its time
    return s.constant(given) is not None


def _is_adapted(standing: Standing[s.Call], app: Application) -> bool:
    """Whether the file gives its sessions a timeout elsewhere: an adapter that is mounted, a partial."""
    del app
    return any("Timeout" in name and "Adapter" in name for name in standing.module.imports) or any(
        "timeout" in line and ("partial(" in line or "setdefaulttimeout" in line)
        for line in standing.module.lines
    )
