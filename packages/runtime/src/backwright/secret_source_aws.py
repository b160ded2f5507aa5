"""Secrets from AWS Secrets Manager.

What lives here: reading one secret with botocore. What must not: which settings are read from it
(`secret_source.py`). Who asks is found as AWS clients find it: `AWS_ACCESS_KEY_ID` and its secret, a web identity, the
container, the instance. `AWS_REGION` says where, `AWS_ENDPOINT_URL_SECRETS_MANAGER` if it is somewhere else.
"""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

from backwright.secret_source_problem import NotRead

CONFIG: Final = {
    "connect_timeout": 3,
    "read_timeout": 5,
    "retries": {"mode": "standard", "total_max_attempts": 3},
}


class SecretsManager:
    """One account and region. Nothing is loaded before the first `read`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._client: Any = None
        self._texts: dict[str, str] = {}

    def read(self, name: str, field: str) -> str:
        """A secret by name or ARN: its field, or all of its text if `field` is empty. Raises `NotRead`."""
        if not name:
            raise NotRead("that names no secret; write aws-sm:name#field")
        if find_spec("botocore") is None:
            raise NotRead("the client of AWS is not installed; install backwright-runtime[s3]")
        if name not in self._texts:
            self._texts[name] = self._text(name)
        text = self._texts[name]
        if not field:
            return text
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise NotRead("that secret has no fields: it is no JSON object; leave out #…")
        value = found.get(field)
        if not isinstance(value, str) or not value:
            raise NotRead("there is no such field, or it is no text")
        return value

    def _text(self, name: str) -> str:
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

        try:
            if self._client is None:
                self._client = self._made()
            text = self._client.get_secret_value(SecretId=name).get("SecretString")
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an error")
            raise NotRead(f"AWS refuses: {code}") from None
        except (BotoCoreError, ValueError) as error:
            raise NotRead(f"AWS cannot be asked: {type(error).__name__}") from None
        if not isinstance(text, str) or not text:
            raise NotRead("that secret is empty or no text")
        return text

    def _made(self) -> Any:
        from botocore.config import Config  # type: ignore[import-untyped]
        from botocore.session import Session  # type: ignore[import-untyped]

        variables = self._variables
        return Session().create_client(
            "secretsmanager",
            region_name=variables.get("aws_region") or variables.get("aws_default_region"),
            endpoint_url=variables.get("aws_endpoint_url_secrets_manager"),
            aws_access_key_id=variables.get("aws_access_key_id"),
            aws_secret_access_key=variables.get("aws_secret_access_key"),
            aws_session_token=variables.get("aws_session_token"),
            config=Config(**CONFIG),
        )
