"""Dangerous places: which call does what with which of its arguments.

What lives here: tables of library functions by danger. What must not: following values.
"""

import re
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s


@dataclass(frozen=True, slots=True)
class Sink:
    """A danger, and the arguments that it comes from: positions and names. `self` is the object of a method."""

    kind: str
    arguments: tuple[int | str, ...] = (0,)


def _table(kind: str, arguments: tuple[int | str, ...], names: str) -> dict[str, Sink]:
    return {name: Sink(kind, arguments) for name in names.split()}


FUNCTIONS: dict[str, Sink] = {
    **_table("command", (0, "cmd", "command"), """
        os.system os.popen subprocess.getoutput subprocess.getstatusoutput commands.getoutput popen2.popen2
        commands.getstatusoutput asyncio.create_subprocess_shell asyncio.subprocess.create_subprocess_shell
        anyio.run_process pexpect.run pexpect.spawn invoke.run fabric.run"""),
    **_table("process", (0, "args"), """
        subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen
        asyncio.create_subprocess_exec os.execl os.execv os.execvp os.spawnl os.spawnv pty.spawn"""),
    **_table("code", (0, "source"), "builtins.eval builtins.exec builtins.compile asteval.Interpreter code.interact"),
    **_table("import", (0, "name"), "builtins.__import__ importlib.import_module"),
    **_table("template", (0, "source"), """
        flask.render_template_string flask.templating.render_template_string quart.render_template_string
        jinja2.Template jinja2.environment.Template django.template.Template mako.template.Template
        tornado.template.Template chevron.render pystache.render"""),
    **_table("deserialize", (0,), """
        pickle.loads pickle.load pickle.Unpickler cPickle.loads cPickle.load _pickle.loads dill.loads dill.load
        cloudpickle.loads cloudpickle.load marshal.loads marshal.load jsonpickle.decode shelve.open joblib.load
        pandas.read_pickle yaml.unsafe_load yaml.unsafe_load_all yaml.load yaml.load_all torch.load"""),
    **_table("path", (0, "file", "path", "src", "dst", 1), """
        os.rename os.replace shutil.copy shutil.copyfile shutil.copy2 shutil.move shutil.copytree os.link"""),
    **_table("path", (0, "file", "path", "path_or_file", "filename_or_fp", "filename", "name"), """
        builtins.open io.open codecs.open os.open os.remove os.unlink os.rmdir os.removedirs os.listdir os.scandir
        os.mkdir os.makedirs os.walk shutil.rmtree aiofiles.open aiofiles.os.remove flask.send_file quart.send_file
        starlette.responses.FileResponse fastapi.responses.FileResponse fastapi.FileResponse
        aiohttp.web.FileResponse sanic.response.file zipfile.ZipFile tarfile.open gzip.open glob.glob
        flask.send_from_directory PIL.Image.open litestar.response.File numpy.load linecache.getlines"""),
    **_table("url", (0, "url"), """
        requests.get requests.post requests.put requests.patch requests.delete requests.head requests.options
        httpx.get httpx.post httpx.put httpx.patch httpx.delete httpx.head httpx.options httpx.stream
        urllib.request.urlopen urllib.request.urlretrieve urllib.request.Request urllib2.urlopen urllib.urlopen
        wget.download feedparser.parse urllib3.request httpx2.get httpx2.post"""),
    **_table("url", (1, "url"), "requests.request httpx.request aiohttp.request httpx.stream"),
    **_table("redirect", (0, "url", "location", "to", "path"), """
        flask.redirect werkzeug.utils.redirect quart.redirect django.shortcuts.redirect bottle.redirect
        django.http.HttpResponseRedirect django.http.HttpResponsePermanentRedirect sanic.response.redirect
        django.http.response.HttpResponseRedirect starlette.responses.RedirectResponse
        fastapi.responses.RedirectResponse litestar.response.Redirect aiohttp.web.HTTPFound
        aiohttp.web.HTTPSeeOther"""),
    **_table("markup", (0,), """
        markupsafe.Markup flask.Markup jinja2.Markup django.utils.safestring.mark_safe
        django.utils.safestring.SafeString django.utils.html.format_html markupsafe.markupsafe.Markup"""),
    **_table("page", (0, "content", "response", "body"), """
        django.http.HttpResponse django.http.response.HttpResponse starlette.responses.HTMLResponse
        fastapi.responses.HTMLResponse flask.make_response flask.Response sanic.response.html quart.Response
        aiohttp.web.Response django.http.StreamingHttpResponse quart.make_response django.http.HttpResponseNotFound
        django.http.HttpResponseBadRequest django.http.HttpResponseForbidden django.http.HttpResponseServerError
        fastapi.Response fastapi.responses.Response starlette.responses.Response litestar.Response
        litestar.response.Response werkzeug.wrappers.Response werkzeug.Response"""),
    **_table("pattern", (0, "pattern"), """
        re.compile re.match re.search re.fullmatch re.findall re.finditer re.sub re.split re.subn"""),
    **_table("xml", (0, "source", "text"), """
        lxml.etree.parse lxml.etree.fromstring lxml.etree.XML lxml.etree.iterparse xml.sax.parse xml.sax.parseString
        lxml.objectify.fromstring lxml.objectify.parse"""),
    **_table("sql", (0, "text", "sql", "query"), """
        sqlalchemy.text sqlalchemy.sql.text sqlalchemy.sql.expression.text sqlmodel.text sqlalchemy.literal_column
        sqlalchemy.sql.literal_column sqlalchemy.DDL django.db.models.expressions.RawSQL sqlalchemy.sql.elements.text
        pandas.read_sql pandas.read_sql_query psycopg2.sql.SQL psycopg.sql.SQL peewee.SQL peewee.RawQuery
        sqlalchemy.text.text"""),
}  # fmt: skip

TEXTS = frozenset(
    ["fastapi.Response", "fastapi.responses.Response", "starlette.responses.Response", "litestar.Response",
     "litestar.response.Response", "aiohttp.web.Response", "werkzeug.wrappers.Response", "werkzeug.Response"]
)  # fmt: skip
"""Answers that are pages only where the call says so."""
RENDERERS = frozenset(["render_template", "render", "TemplateResponse", "render_template_string", "render_to_string",
                       "render_async", "stream_template"])  # fmt: skip
"""Calls that put values into a template."""

ANSWERS: dict[str, Sink] = {
    **_table("answer", tuple(range(6)), """
        flask.jsonify flask.json.jsonify quart.jsonify flask.make_response flask.Response werkzeug.wrappers.Response
        quart.make_response fastapi.HTTPException starlette.exceptions.HTTPException fastapi.exceptions.HTTPException
        fastapi.responses.JSONResponse starlette.responses.JSONResponse fastapi.responses.ORJSONResponse
        fastapi.responses.PlainTextResponse starlette.responses.PlainTextResponse fastapi.responses.HTMLResponse
        starlette.responses.HTMLResponse fastapi.Response fastapi.responses.Response starlette.responses.Response
        flask.abort werkzeug.exceptions.abort flask_restful.abort flask_restx.abort flask_smorest.abort
        django.http.JsonResponse django.http.HttpResponse django.http.HttpResponseBadRequest
        django.http.HttpResponseServerError django.http.response.JsonResponse django.http.HttpResponseForbidden
        django.http.HttpResponseNotFound django.http.response.HttpResponse rest_framework.response.Response
        rest_framework.exceptions.APIException sanic.response.json sanic.response.text sanic.json sanic.text
        aiohttp.web.json_response aiohttp.web.Response aiohttp.web.HTTPBadRequest
        aiohttp.web.HTTPInternalServerError litestar.exceptions.HTTPException litestar.Response
        litestar.exceptions.InternalServerException graphql.GraphQLError graphene.GraphQLError
        werkzeug.exceptions.InternalServerError werkzeug.exceptions.BadRequest ninja.errors.HttpError
        fastapi.WebSocketException tornado.web.HTTPError bottle.abort falcon.HTTPInternalServerError
        flask.flash flask.render_template django.shortcuts.render django.contrib.messages.error
        django.contrib.messages.warning flask.render_template_string quart.render_template"""),
}  # fmt: skip
"""What goes back to the caller, whatever it is given."""

STATEMENTS = frozenset(
    ["execute", "executemany", "executescript", "exec_driver_sql", "raw", "extra", "from_statement", "fetch",
     "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val", "iterate", "execute_sql", "RawSQL", "read_sql",
     "scalar", "scalars", "exec", "mogrify", "query", "run_sql", "execute_query", "query_db", "text",
     "execute_async", "execute_query_dict", "stream", "callproc", "copy_expert"]
)  # fmt: skip
"""Methods that take a statement; only a text that looks like one, or a connection's method, counts."""
DATABASE = re.compile(
    r"(^|_)(cur|curs|cursor|c|conn|connection|con|db|database|session|engine|tx|transaction|sess|dbcursor|mycursor"
    r"|pool|db_session|dbconn|async_session|mysql|sqlite|pg|postgres|sql|crs|bd)\d*$",
    re.I,
)
STATEMENT = re.compile(
    r"\b(select|delete|from|where|drop\s+(table|database|user)|create\s+(table|database|user|role|index)|alter\s+\w+"
    r"|pragma|truncate|insert\s+(or\s+\w+\s+)?into|update\s+\S+\s+set|replace\s+into|values\s*\(|grant\s+\w+|exec(ute)?\s+\S+"
    r"|call\s+\w+\s*\(|order\s+by|set\s+\S+\s*=|limit\s|i?like\s|use\s|attach\s+database|show\s+\w+)",
    re.I,
)
FRAGMENT = re.compile(r"[=<>]\s*['\"]?%?\0|\blike\b|\bin\s*\(", re.I)
"""What a part of a statement looks like, for `text(…)` in a filter."""
PATH_METHODS = frozenset(
    ["read_text", "read_bytes", "write_text", "write_bytes", "open", "unlink", "rmdir", "iterdir", "touch", "mkdir"]
)  # fmt: skip
CLIENTS = frozenset(
    ["httpx.AsyncClient", "httpx.Client", "aiohttp.ClientSession", "requests.Session", "requests.sessions.Session",
     "requests.session", "urllib3.PoolManager", "httpx2.AsyncClient", "httpx2.Client", "aiohttp.client.ClientSession"]
)  # fmt: skip
CLIENT_METHODS = frozenset(
    ["get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send"]
)
DOCUMENT_METHODS = frozenset(
    ["find", "find_one", "find_one_and_update", "find_one_and_delete", "find_one_and_replace", "update_one",
     "update_many", "delete_one", "delete_many", "count_documents", "replace_one", "aggregate", "remove", "update"]
)  # fmt: skip
LOG_METHODS = frozenset(["debug", "info", "warning", "warn", "error", "critical", "exception", "log"])
LOGGERS = re.compile(r"(^|_|\.)(log|logger|logging|_log|LOG)$|^log(ger|ging)?$", re.I)
SHELLS = frozenset(
    ["sh", "bash", "zsh", "/bin/sh", "/bin/bash", "cmd", "cmd.exe", "powershell", "/usr/bin/bash"]
)
SAFE_LOADERS = ("SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader")


def looks_like_statement(text: str | None) -> bool:
    """Whether a text is a statement of SQL."""
    return text is not None and STATEMENT.search(text) is not None


def is_database(receiver: s.Expression) -> bool:
    """Whether the name of an object says that it is a connection, cursor or session."""
    return DATABASE.search(s.last_name(receiver)) is not None


def is_logger(call: s.Call) -> bool:
    """Whether a call writes a line into the log."""
    if call.name not in LOG_METHODS or not isinstance(call.callee, s.Attribute):
        return False
    known = call.refers
    return known.startswith(("logging.", "loguru.logger.")) or bool(
        LOGGERS.search(s.last_name(call.callee.base))
    )
