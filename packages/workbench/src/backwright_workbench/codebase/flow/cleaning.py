"""Functions that make a value harmless for some dangers, and those that hand it on.

What lives here: tables of library functions. What must not: following values.
"""

import re


def _each(kinds: str, names: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(kinds.split()) for name in names.split()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLEANERS: dict[str, frozenset[str]] = {
    **_each("*", """
        builtins.int builtins.float builtins.bool builtins.len builtins.ord builtins.hash builtins.id builtins.round
        builtins.abs builtins.sum builtins.any builtins.all builtins.isinstance builtins.hasattr builtins.callable
        builtins.type builtins.range uuid.UUID uuid.uuid5 decimal.Decimal datetime.datetime.strptime
        datetime.datetime.fromisoformat datetime.date.fromisoformat ipaddress.ip_address ipaddress.ip_network
        bson.ObjectId bson.objectid.ObjectId werkzeug.security.generate_password_hash bcrypt.hashpw
        hashlib.md5 hashlib.sha1 hashlib.sha256 hashlib.sha512 hashlib.new hmac.new base64.b64encode
        base64.urlsafe_b64encode binascii.hexlify secrets.compare_digest hmac.compare_digest
        django.utils.dateparse.parse_date django.utils.text.slugify slugify.slugify builtins.hex builtins.chr
        os.path.exists os.path.isfile os.path.isdir os.path.getsize jwt.encode
        werkzeug.security.check_password_hash"""),
    **_each("command", "shlex.quote pipes.quote shlex.join"),
    **_each("page markup", """
        html.escape markupsafe.escape flask.escape bleach.clean nh3.clean cgi.escape django.utils.html.escape
        django.utils.html.conditional_escape django.utils.html.strip_tags xml.sax.saxutils.escape jinja2.escape
        markupsafe.markupsafe.escape jinja2.utils.escape werkzeug.utils.escape"""),
    **_each("path", """
        werkzeug.utils.secure_filename werkzeug.secure_filename os.path.basename ntpath.basename
        werkzeug.security.safe_join werkzeug.utils.safe_join flask.safe_join django.utils._os.safe_join
        django.utils.text.get_valid_filename posixpath.basename pathvalidate.sanitize_filename io.BytesIO
        io.StringIO"""),
    **_each("url redirect page path", "urllib.parse.quote urllib.parse.quote_plus urllib.parse.urlencode"),
    **_each("sql", """
        psycopg2.sql.Identifier psycopg2.sql.Literal psycopg.sql.Identifier psycopg.sql.Literal
        sqlalchemy.sql.quoted_name sqlalchemy.quoted_name sqlalchemy.sql.elements.quoted_name
        pymysql.converters.escape_string psycopg2.extensions.quote_ident sqlalchemy.bindparam"""),
    **_each("pattern", "re.escape"),
    **_each("deserialize", "itsdangerous.Signer itsdangerous.TimestampSigner"),
    **_each("log", "builtins.repr"),
}  # fmt: skip

CARRIERS = _words("""
    builtins.str builtins.repr builtins.format builtins.bytes builtins.bytearray builtins.list builtins.dict
    builtins.tuple builtins.set builtins.frozenset builtins.sorted builtins.reversed builtins.iter builtins.next
    builtins.map builtins.filter builtins.zip builtins.enumerate builtins.max builtins.min builtins.vars
    builtins.getattr builtins.ascii json.loads json.dumps json.load ujson.loads orjson.loads orjson.dumps
    simplejson.loads base64.b64decode base64.urlsafe_b64decode base64.decodebytes binascii.unhexlify
    base64.standard_b64decode urllib.parse.unquote urllib.parse.unquote_plus urllib.parse.urlparse
    urllib.parse.urlsplit urllib.parse.urljoin urllib.parse.parse_qs urllib.parse.urlunparse urllib.parse.quote
    urllib.parse.quote_plus urllib.parse.urlencode os.path.join os.path.normpath os.path.abspath
    os.path.realpath os.path.expanduser os.path.splitext os.path.split os.path.dirname os.path.commonpath
    os.path.commonprefix os.path.relpath posixpath.join posixpath.normpath pathlib.Path pathlib.PurePath
    pathlib.PurePosixPath pathlib.PosixPath io.BytesIO io.StringIO copy.copy copy.deepcopy typing.cast
    textwrap.dedent string.Template html.unescape shlex.split shlex.join re.sub zlib.decompress gzip.decompress
    codecs.decode os.fspath shlex.quote pipes.quote html.escape markupsafe.escape flask.escape bleach.clean
    nh3.clean cgi.escape django.utils.html.escape django.utils.html.conditional_escape
    werkzeug.utils.secure_filename os.path.basename re.escape flask.jsonify flask.make_response jsonable_encoder
    fastapi.encoders.jsonable_encoder traceback.format_exception django.forms.models.model_to_dict anyio.Path
    itertools.chain werkzeug.secure_filename itsdangerous.want_bytes six.text_type
    django.utils.encoding.smart_str dataclasses.asdict dataclasses.replace functools.reduce
""")
"""Functions that give back what they are given, in another form."""

NEUTRAL = _words("""
    isdigit isalnum isnumeric isdecimal isidentifier isalpha isspace islower isupper startswith endswith count
    find index rfind rindex hexdigest digest exists is_file is_dir is_valid validate validate_on_submit
    is_absolute is_relative_to save commit delete add_error full_clean tell seek __len__ has_key total_seconds
    timestamp is_integer bit_length seekable writable close flush
    temporary_file_path execute executemany fetch fetchall fetchone fetchrow fetchval fetchmany scalar scalars mappings
""")
"""Methods whose result is no text of what they are called on."""
ADDING = frozenset(
    ["append", "extend", "add", "insert", "update", "setdefault", "appendleft", "write", "put", "put_nowait"]
)
"""Methods that put what they are given into their object."""
EXCLUDING = re.compile(r"^\[\^[^\]]*\]\+?$")
"""A pattern for all but some characters: what is left after removing them is made of these only."""
SAFE_NAME = re.compile(
    r"safe|valid|allow|permit|whitelist|trusted|sanit|is_local|internal|in_scope|within|ensure|assert|check_|verify|"
    r"reject|guard|forbid|restrict|is_public|private",
    re.I,
)
UNRELATED = re.compile(
    r"file|exten|passw|token|mail|user|login|auth|captcha|csrf|role|permission|size|length|image|session"
)
"""Checks by name that say nothing of where a path or URL leads: `allowed_file(name)` looks at the ending."""
HARMLESS_NAME = re.compile(
    r"sanitiz|escape|secure_|slugify|safe_|quote|clean_(html|name|path|text)|whitelist", re.I
)
"""Names of the project's own functions that make a value harmless."""
