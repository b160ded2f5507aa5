"""One file out of a multipart/form-data request (RFC 7578), as a stream.

What lives here: parsing while the body comes in, so that memory does not grow with the file. What must not:
where the bytes go and whether the file is good.
"""

import base64
import binascii
import hashlib
import re
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from backwright.errors import BadRequest, FieldError, Invalid, UnsupportedMediaType

FIELD: Final = "file"
"""The name of the one form field that is taken."""

_DIGEST: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):")

Headers = dict[str, str]


class FilePart:
    """The file of a request: its name and type as the sender tells them, then its bytes, once.

    Made by `receive`, which has read no further than the part's headers.
    """

    def __init__(self, request: Request, boundary: bytes) -> None:
        self.filename = ""
        self.media_type = ""
        self.digest: bytes | None = None
        """SHA-256 of the file that the sender gave in the part's own `Content-Digest` (RFC 9530)."""
        self._stream = request.stream()
        self._whole = _Expected.of(request.headers.get("content-digest"))
        self._pieces: deque[bytes] = deque()
        self._headers: deque[Headers] = deque()
        self._name, self._value = b"", b""
        self._part: Headers = {}
        self._is_over = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": lambda: self._headers.append(self._part),
                "on_part_data": lambda data, start, end: self._pieces.append(data[start:end]),
                "on_end": self._end,
            },
        )

    @classmethod
    async def receive(cls, request: Request) -> "FilePart":
        """Read up to the file.

        Raises `UnsupportedMediaType`, `BadRequest` or `Invalid` for what is no form of ours.
        """
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data":
            raise UnsupportedMediaType(f"Send multipart/form-data with one field named {FIELD}.")
        boundary = options.get(b"boundary")
        if not boundary:
            raise BadRequest("The Content-Type names no boundary.")
        try:
            part = cls(request, boundary)
        except FormParserError:
            raise BadRequest("The boundary of the form is too long.") from None
        while not part._headers and await part._feed():
            pass
        part._take_headers()
        return part

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the file.

        Raises `Invalid` behind them if there is more than this file or less than a form.
        """
        is_more = True
        while is_more:
            while self._pieces:
                yield self._pieces.popleft()
            if self._headers:
                raise Invalid(f"Send exactly one field, named {FIELD}.")
            is_more = await self._feed()
        if not self._is_over:
            raise BadRequest("The form breaks off before its end.")
        if self._whole is not None:
            self._whole.check()

    async def _feed(self) -> bool:
        """Take the next chunk of the body; whether there was one."""
        chunk = await anext(self._stream, b"")
        if not chunk:
            return False
        if self._whole is not None:
            self._whole.update(chunk)
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise BadRequest("The body is not a well-formed form.") from None
        return True

    def _take_headers(self) -> None:
        headers = self._headers.popleft() if self._headers else {}
        _, options = parse_options_header(headers.get("content-disposition"))
        if options.get(b"name") != FIELD.encode() or b"filename" not in options:
            fault = FieldError("is required, as a file", pointer=f"/{FIELD}")
            raise Invalid(f"Send exactly one file, in a field named {FIELD}.", errors=[fault])
        # parse_options_header works on Latin-1, one character for each byte; names are sent in UTF-8.
        self.filename = options[b"filename"].decode("utf-8", "replace")
        self.media_type = headers.get("content-type", "")
        self.digest = digest_in(headers.get("content-digest"))

    def _begin(self) -> None:
        self._part = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._part[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name, self._value = b"", b""

    def _end(self) -> None:
        self._is_over = True


class _Expected:
    """The digest that the request gives for its whole body, and the one that it comes to."""

    def __init__(self, wanted: bytes) -> None:
        self._wanted = wanted
        self._found = hashlib.sha256()
        self.update = self._found.update

    @classmethod
    def of(cls, header: str | None) -> "_Expected | None":
        wanted = digest_in(header)
        return None if wanted is None else cls(wanted)

    def check(self) -> None:
        if self._found.digest() != self._wanted:
            raise BadRequest("The body does not match its Content-Digest. Send it again.")


def digest_in(header: str | None) -> bytes | None:
    """The SHA-256 in a `Content-Digest` header; none if it holds only other algorithms (RFC 9530 §2)."""
    found = _DIGEST.search(header or "")
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True)
    except binascii.Error:
        return None
