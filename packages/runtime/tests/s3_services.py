"""Servers that speak S3, for tests: they listen on the loopback interface and keep what they get for one run.

- `moto`, in this process, behind `signatures.Verified`: it knows the whole interface, and every request's
  signature, payload digest and form policy is verified by code that shares nothing with the client.
- `s3rver`, a program of its own: a second reading of the protocol. It takes any signature of version 4.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from threading import Thread
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from backwright.s3_place import S3Access, S3Place
from backwright.s3_storage import S3Storage
from botocore.session import Session  # type: ignore[import-untyped]
from npm_programs import fetched, node
from services import free_port, wait_for_port
from signatures import Verified

KEY_ID, SECRET = "S3RVER", "S3RVER"
REGION = "eu-central-1"


@dataclass
class S3Server:
    """A server with a way to make buckets in it."""

    endpoint: str

    @cached_property
    def client(self) -> Any:
        """What an operator uses."""
        return Session().create_client(
            "s3",
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
        )

    def bucket(self) -> str:
        """A new and empty bucket."""
        name = f"test-{uuid4().hex[:16]}"
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def url(self, bucket: str, prefix: str = "files") -> str:
        """The setting that names a bucket here."""
        return f"s3://{bucket}/{prefix}?endpoint={self.endpoint}&region={REGION}&path_style=true"

    def storage(self, bucket: str, *, direct: bool = False, secret: str = SECRET) -> S3Storage:
        """A storage in a bucket here."""
        access = S3Access(KEY_ID, secret, direct_url=self.endpoint if direct else "")
        return S3Storage(S3Place.parse(self.url(bucket)), access)


@contextmanager
def moto_server() -> Iterator[S3Server]:
    """The server in this process."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server
    from werkzeug.wrappers import Request

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_: object) -> None:
            """A test says itself what it saw."""

    app = Verified(DomainDispatcherApplication(create_backend_app), {KEY_ID: SECRET})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    # The framework leaves the files of a form to the garbage collector, which warns of them.
    in_memory = patch.object(Request, "_get_file_stream", lambda *_, **__: BytesIO())
    try:
        with in_memory:
            yield S3Server(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def s3rver_server() -> Iterator[S3Server]:
    """The program, fetched by npm at the first use."""
    program = fetched("s3rver", "3.7.1") / "bin" / "s3rver.js"
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="s3rver-") as folder:
        where = ["--directory", folder, "--address", "127.0.0.1", "--port", str(port)]
        command = [node(), str(program), *where, "--silent", "--no-vhost-buckets"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            yield S3Server(f"http://127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()


SERVERS: dict[str, Callable[[], Any]] = {"moto": moto_server, "s3rver": s3rver_server}
