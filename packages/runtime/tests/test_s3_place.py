"""The address of a bucket is read strictly, and secrets come from the environment or from files."""

from pathlib import Path

import pytest
from backwright.s3_place import S3Place, told
from pydantic import SecretStr


def test_an_address_names_bucket_prefix_and_server() -> None:
    """The short form is AWS, the long one any other server."""
    assert S3Place.parse("s3://my-bucket") == S3Place("my-bucket")
    found = S3Place.parse(
        "s3://my-bucket/a/b/?endpoint=http://127.0.0.1:9000&region=eu-central-1&path_style=true"
    )
    assert found == S3Place("my-bucket", "a/b/", "http://127.0.0.1:9000", "eu-central-1", path_style=True)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://", "must name a bucket"),
        ("s3://Upper", "must name a bucket"),
        ("s3://a..b", "must name a bucket"),
        ("s3://key:secret@bucket", "must not hold credentials"),
        ("s3://bucket/../x", "prefix"),
        ("s3://bucket/a b", "prefix"),
        ("s3://bucket?secret=x", "takes the options"),
        ("s3://bucket?region=a&region=b", "takes the options"),
        ("s3://bucket?region=Ä", "region"),
        ("s3://bucket?endpoint=127.0.0.1:9000", "endpoint must be an address"),
        ("s3://bucket?endpoint=http://user:pw@host", "endpoint must be an address"),
        ("s3://bucket?endpoint=http://host/path", "endpoint must be an address"),
        ("s3://bucket?path_style=yes", "path_style must be true or false"),
    ],
)
def test_a_wrong_address_is_refused_with_what_to_write(url: str, said: str) -> None:
    """No part of it is guessed, and no secret is repeated."""
    with pytest.raises(ValueError, match=said) as refused:
        S3Place.parse(url)
    assert "secret" not in str(refused.value)
    assert "pw" not in str(refused.value)


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """A mounted file ends with a line break; both at once is a mistake; so is a file that is not there."""
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    assert told(SecretStr("given"), None) == "given"
    assert told(None, file) == "from a file"
    assert told(None, None) == ""
    with pytest.raises(ValueError, match="set one of them"):
        told(SecretStr("given"), file)
    with pytest.raises(ValueError, match="cannot be read"):
        told(None, tmp_path / "missing")
