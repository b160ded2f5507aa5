"""Talking to S3: one client, a few threads, a bound on every wait.

What lives here: the client, how a call leaves the event loop, and what its failures mean. What must not:
what the calls are for (`s3_storage.py`, `s3_safety.py`). The client is botocore's: it blocks, so each call is
one hop to a thread. A server that does not answer is left alone for a moment, so that requests fail at once
instead of queueing for threads that wait.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar

from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from backwright.errors import Unavailable
from backwright.s3_data import new_session
from backwright.s3_place import S3Access, S3Place

WORKERS: Final = 8
"""Threads for calls; a bound, so that a slow server cannot eat the process's threads."""

CALL_SECONDS: Final = 20.0
"""The longest that one call may take, whatever the server does."""

PAUSE_SECONDS: Final = 1.0
"""How long a server that did not answer is not asked again."""

RETRY_AFTER: Final = 5

_CONFIG: Final = {
    "signature_version": "s3v4",
    "connect_timeout": 2,
    "read_timeout": 8,
    "retries": {"mode": "standard", "total_max_attempts": 2},
    "max_pool_connections": WORKERS,
    # Checksums are given with each call instead: what the client adds by itself, other servers do not take.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
_MISSING: Final = frozenset(
    {
        *("404", "NoSuchKey", "NotFound", "NoSuchUpload", "NoSuchBucketPolicy"),
        "NoSuchPublicAccessBlockConfiguration",
    }
)
_UNKNOWN: Final = frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"})

_MAKING: Final = threading.Lock()

T = TypeVar("T")

_log = logging.getLogger("backwright.storage")


class Unsupported(Unavailable):
    """The server does not know this question."""


class Denied(Unavailable):
    """The credentials do not reach so far."""


class S3Client:
    """Calls to one place. Made without opening anything; usable again after `close`."""

    def __init__(self, place: S3Place, access: S3Access, endpoint: str | None = None) -> None:
        self.place = place
        self._access = access
        self._endpoint = endpoint or place.endpoint
        self._client: Any = None
        self._threads: ThreadPoolExecutor | None = None
        self._paused_until = float("-inf")
        self._is_down = False

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads, made at the first use."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="s3")
        return self._threads

    async def hop(self, call: Callable[[], T]) -> T:
        """Blocking work that does not ask the server. Raises `Unavailable` if the disk fails."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, call)
        except OSError as error:
            _log.error("the temporary directory cannot be used", extra={"reason": error.strerror})
            raise Unavailable(
                "Files cannot be read or written right now.", retry_after=RETRY_AFTER
            ) from error

    async def call(self, operation: str, **params: Any) -> Any:
        """One operation on the bucket, by botocore's name. Raises as `ask`."""
        return await self.ask(lambda: getattr(self.client(), operation)(Bucket=self.place.bucket, **params))

    async def ask(self, call: Callable[[], T]) -> T:
        """What `call` gets from the server, within a bounded time.

        Raises `FileNotFoundError` for an object that is not there, and `Unavailable` for everything else that
        went wrong (`Unsupported` and `Denied` are of this kind, for callers who can do without).
        """
        if time.monotonic() < self._paused_until:
            raise _unavailable()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                found = await asyncio.get_running_loop().run_in_executor(self.pool, call)
        except ClientError as error:
            self._is_down = False
            raise _meaning(error) from error
        except (BotoCoreError, OSError) as error:
            self._pause(error)
            raise _unavailable() from error
        self._is_down = False
        return found

    def later(self, operation: str, **params: Any) -> None:
        """One operation without waiting for it, for clearing away. What fails is left to the collector."""

        def quietly() -> None:
            try:
                getattr(self.client(), operation)(Bucket=self.place.bucket, **params)
            except (BotoCoreError, ClientError, OSError) as error:
                _log.warning("left to the collector", extra={"reason": type(error).__name__})

        self.pool.submit(quietly)

    def _pause(self, error: Exception) -> None:
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        if not self._is_down:
            _log.warning("the storage does not answer", extra={"reason": type(error).__name__})
        self._is_down = True

    def client(self) -> Any:
        """The client, made at the first use. Blocking: called in a thread only."""
        with _MAKING:
            if self._client is None:
                self._client = self._make()
            return self._client

    def _make(self) -> Any:
        addressing = "path" if self.place.path_style else "auto"
        session = _session()
        region = self.place.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
        access = self._access
        return session.create_client(
            "s3",
            region_name=region or "us-east-1",
            endpoint_url=self._endpoint,
            aws_access_key_id=access.key_id or None,
            aws_secret_access_key=access.secret or None,
            aws_session_token=access.token or None,
            # With the payload signed, every server refuses bytes that changed on the way.
            config=Config(**_CONFIG, s3={"addressing_style": addressing, "payload_signing_enabled": True}),
        )

    async def close(self) -> None:
        """Wait for what is under way, then stop the threads."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)
        client, self._client = self._client, None
        if client is not None:
            client.close()


@cache
def _session() -> Any:
    """What clients are made from: the description of S3 is read once for all of them."""
    return new_session()


def _meaning(error: ClientError) -> Exception:
    """What an answer that is a refusal means to us."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _MISSING:
        return FileNotFoundError(code)
    if code in _UNKNOWN or status in (405, 501):
        return Unsupported(code)
    _log.warning("the storage refused a call", extra={"operation": error.operation_name, "code": code})
    return Denied(code) if status in (401, 403) else _unavailable()


def _unavailable() -> Unavailable:
    return Unavailable("Files cannot be read or written right now.", retry_after=RETRY_AFTER)
