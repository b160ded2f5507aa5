"""Reading what botocore knows about services without keeping it all in memory.

What lives here: the reader that botocore is given. What must not: any knowledge of S3; all of it stays in
botocore's own files. Those describe four hundred services and hold the manual of each operation: read with
botocore's reader, they are more than half of the memory that an S3 client takes.
"""

import gzip
from pathlib import Path
from typing import Any, Final

import msgspec
from botocore.loaders import JSONFileLoader, Loader  # type: ignore[import-untyped]
from botocore.session import Session  # type: ignore[import-untyped]

Document = dict[str, Any]


class _Services(msgspec.Struct, omit_defaults=True):
    """S3, and the services that credentials are fetched from. Others are skipped while reading."""

    s3: Document = msgspec.field(default_factory=dict)
    sts: Document = msgspec.field(default_factory=dict)
    oidc: Document = msgspec.field(default_factory=dict)
    sso: Document = msgspec.field(default_factory=dict, name="portal.sso")


class _Partition(msgspec.Struct, rename="camel"):
    partition: str
    partition_name: str
    dns_suffix: str
    region_regex: str
    defaults: Document
    regions: Document
    services: _Services


class _Endpoints(msgspec.Struct):
    """`endpoints.json`, in version 3 of its form."""

    version: int
    partitions: list[_Partition]


_ENDPOINTS: Final = msgspec.json.Decoder(_Endpoints)


class FrugalReader(JSONFileLoader):  # type: ignore[misc]
    """Reads the same files as botocore's reader."""

    def load_file(self, file_path: str) -> Any:
        """The content of a file, none if it is not there."""
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            raw = plain.read_bytes()
        elif packed.is_file():
            raw = gzip.decompress(packed.read_bytes())
        else:
            return None
        if plain.name == "endpoints.json":
            return msgspec.to_builtins(_ENDPOINTS.decode(raw))
        return _without_manual(msgspec.json.decode(raw))


def _without_manual(value: Any) -> Any:
    """The same with every text of the manual empty: some are asked for, none is read."""
    if isinstance(value, dict):
        return {
            key: "" if key == "documentation" and isinstance(part, str) else _without_manual(part)
            for key, part in value.items()
        }
    return [_without_manual(part) for part in value] if isinstance(value, list) else value


def new_session() -> Any:
    """What clients are made from."""
    session = Session()
    session.register_component("data_loader", Loader(file_loader=FrugalReader()))
    return session
