"""What the issuer says about itself: to clients (OpenID Connect Discovery, RFC 8414) and in the OpenAPI document.

What lives here: the addresses of the endpoints and the two documents. What must not: anything that is not
offered. Both discovery documents are one object, because a client may ask for either.
"""

from collections.abc import Mapping
from typing import Any, Final

from backwright.keyring import ALGORITHM
from backwright.oauth_registration import GRANTS

ROOT: Final = "/auth/oauth"
AUTHORIZE: Final = f"{ROOT}/authorize"
SIGN_IN: Final = f"{ROOT}/sign-in"
TOKEN: Final = f"{ROOT}/token"
REVOKE: Final = f"{ROOT}/revoke"
INTROSPECT: Final = f"{ROOT}/introspect"
USERINFO: Final = f"{ROOT}/userinfo"
LOGOUT: Final = f"{ROOT}/logout"
CLIENTS: Final = f"{ROOT}/clients"
JWKS: Final = "/.well-known/jwks.json"
DOCUMENTS: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")

DISCOVERY_SECONDS: Final = 3600
"""How long the documents may be cached."""

SECURITY_SCHEME: Final = "oauth2"


def metadata(url: str, scopes: Mapping[str, str]) -> dict[str, Any]:
    """The document of the issuer at `url`."""
    proofs = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": url,
        "authorization_endpoint": url + AUTHORIZE,
        "token_endpoint": url + TOKEN,
        "userinfo_endpoint": url + USERINFO,
        "revocation_endpoint": url + REVOKE,
        "introspection_endpoint": url + INTROSPECT,
        "end_session_endpoint": url + LOGOUT,
        "jwks_uri": url + JWKS,
        "scopes_supported": sorted(scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [*proofs, "none"],
        "revocation_endpoint_auth_methods_supported": [*proofs, "none"],
        "introspection_endpoint_auth_methods_supported": proofs,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": [
            "iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "name", "email",
        ],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }  # fmt: skip


def components(url: str, scopes: Mapping[str, str]) -> dict[str, Any]:
    """The security scheme of the OpenAPI document, for tools that can sign a person in."""
    flow = {
        "authorizationUrl": url + AUTHORIZE,
        "tokenUrl": url + TOKEN,
        "refreshUrl": url + TOKEN,
        "scopes": dict(sorted(scopes.items())),
    }
    scheme = {
        "type": "oauth2",
        "description": "For registered programs: a token that reaches as far as its scopes, a JWT, verified as in "
        "RFC8725. PKCE (S256) is required.",
        "flows": {"authorizationCode": flow},
    }
    return {"securitySchemes": {SECURITY_SCHEME: scheme}}
