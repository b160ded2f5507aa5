"""Is the bucket there, and closed to strangers?

What lives here: the questions that a server may be asked, and which answers refuse the start. What must not:
changing the bucket. A server that does not know a question, or does not let us ask, is told about in the log:
the operator has to know then.
"""

import logging
from typing import Any, Final

from backwright.s3_client import Denied, S3Client, Unsupported
from backwright.storage import Misconfigured

_EVERYBODY: Final = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)

_log = logging.getLogger("backwright.storage")


async def refuse_public(client: S3Client) -> None:
    """Raise `Misconfigured` if the bucket is missing, not ours or public; `Unavailable` without an answer."""
    bucket = client.place.bucket
    try:
        await client.call("head_bucket")
    except FileNotFoundError:
        raise Misconfigured(
            f"FILES_URL: there is no bucket {bucket}. Create it, closed to the public."
        ) from None
    except Denied:
        raise Misconfigured(
            f"FILES_URL: the credentials may not use the bucket {bucket}. They need ListBucket on it, and "
            "GetObject, PutObject and DeleteObject on what is in it."
        ) from None
    if await _is_blocked(client):
        return
    answers = [await _ask(client, "get_bucket_policy_status"), await _ask(client, "get_bucket_acl")]
    policy, acl = answers
    if policy and policy.get("PolicyStatus", {}).get("IsPublic"):
        raise Misconfigured(
            f"FILES_URL: the policy of the bucket {bucket} is public. Remove what lets everybody in."
        )
    grants = (acl or {}).get("Grants", ())
    if any(each.get("Grantee", {}).get("URI") in _EVERYBODY for each in grants):
        raise Misconfigured(
            f"FILES_URL: the access list of the bucket {bucket} lets everybody in. Make it private."
        )
    if None in answers:
        _log.warning("the server does not say whether the bucket is public: see that it is not")


async def _is_blocked(client: S3Client) -> bool:
    """Whether public access is switched off altogether, which no policy and no list can undo."""
    found = await _ask(client, "get_public_access_block") or {}
    block = found.get("PublicAccessBlockConfiguration", {})
    return bool(block.get("IgnorePublicAcls") and block.get("RestrictPublicBuckets"))


async def _ask(client: S3Client, question: str) -> dict[str, Any] | None:
    """The answer; empty if nothing of the kind is set, none if the server does not say."""
    try:
        found: dict[str, Any] = await client.call(question)
    except FileNotFoundError:
        return {}
    except (Unsupported, Denied):
        return None
    return found
