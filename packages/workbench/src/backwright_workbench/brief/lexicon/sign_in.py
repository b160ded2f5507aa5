"""How people say how callers prove who they are.

What lives here: tables and patterns, as data. What must not: code that reads them (`sign_in.py`).
"""

import re

from backwright_workbench.blueprint.model import AuthMethod
from backwright_workbench.brief.grammar import phrase

AUTH: dict[AuthMethod, re.Pattern[str]] = {
    "oauth2": phrase(
        r"oauth ?2?(?: 2\.[01])?(?: (?:authentication|authorization|login|auth|flow|flows"
        r"|tokens?|scopes|bearer|password|code))*"
        r"|oauth2(?: (?:authentication|authorization|login|auth|flow|flows|tokens?|scopes"
        r"|bearer|password|code|with))*"
        r"|client credentials(?: (?:grant|flow))?"
    ),
    "oidc": phrase(
        r"(?:oidc|open ?id(?: connect)?|keycloak|auth0|okta|entra(?: id)?|azure ad|cognito|sso|single sign on"
        r"|social (?:login|sign in|auth|logins)|(?:google|github|microsoft|facebook|apple)(?: "
        r"(?:and|or|/) (?:google|github|microsoft|facebook|apple))*"
        r" (?:login|logins|sign in|sign on|oauth2?|auth|authentication|accounts?)"
        r"|(?:and|via|with|or|through) (?:google|github|microsoft|facebook|apple)(?! (?:actions|maps"
        r"|pay|analytics|drive|cloud|sheets|calendar))"
        r"|(?:sign|log|login) ?in (?:with|via|using|through) (?:google|github|microsoft|facebook|apple)"
        r"(?: (?:and|or|/) (?:google|github|microsoft|facebook|apple))*)(?: (?:authentication"
        r"|login|auth|provider))*"
    ),
    "sessions": phrase(
        r"(?:(?:secure|http ?only|signed|strict) )*(?:"
        r"sessions? (?:cookies?|based|auth(?:entication)?|log ?ins?|sign ?in)(?: (?:authentication|auth|login|logins))*"
        r"|cookie (?:based )?(?:sessions?|authentication|auth|login)"
        r"|(?:server side|server|web|login|browser|cookie|user|http) sessions|cookies"
        r"|(?:auth(?:entication)?|log ?in|sign ?in)(?: (?:by|via|with|using|through|:|is|are))+"
        r" (?:a |the )?sessions?(?: cookies?)?"
        r"|sessions (?:are )?(?:stored|kept|held|saved)(?= (?:in|on|by)(?!\S))"
        r"|sessions (?:for|in) (?:the )?(?:web|browser|staff|admin|office|backend|dashboard|frontend|site)[a-z]*)"
    ),
    "api_keys": phrase(
        r"(?:(?:partners?|scripts?|integrations?|integrators?|programs?|third parties|machine clients?)"
        r"(?: (?:can|may|must|should|will))? (?:use|uses|get|gets|have|has|send|sends|need|needs"
        r"|(?:authenticate|sign in|log in)s? (?:with|by|via|using|through))(?: (?:an?|the|their|its|own))* )?"
        r"(?:(?:scoped|revocable|expiring|rotatable|partner|machine) )*"
        r"(?:api ?keys?(?: (?:authentication|auth|management|access|support|based))*|api tokens?"
        r"|(?:service|machine) (?:tokens?|accounts?|clients?)"
        r"|personal access tokens?)"
        r"(?: with (?:scopes|expiry|rotation|api keys|keys)(?: and (?:scopes|expiry|rotation))?)?"
    ),
    "mfa": phrase(
        r"(?:2fa|mfa|totp|otp|two factor|multi factor|two step)(?: (?:authentication|auth"
        r"|verification|login|codes?))*"
        r"|one time (?:passwords?|codes?|passcodes?)|authenticator apps?"
    ),
    "password": phrase(
        r"(?:e?mail|user ?name)(?: (?:and|&|/|\+|or))? ?(?:/ )?passwords?(?: (?:login|logins"
        r"|auth|authentication|sign in|based))*"
        r"|passwords?(?: (?:based|login|logins|auth|authentication|hashing|protected|sign in|hashes))*"
        r"|(?:(?:stateless|access|refresh|and|signed) )*(?:jwts?|json web tokens?|bearer "
        r"tokens?|access tokens|refresh tokens?)"
        r"(?: (?:based|access|refresh|and|token|tokens|authentication|authorization|auth|login|bearer))*"
        r"|token (?:based )?(?:authentication|auth|authorization)|basic auth(?:entication)?"
        r"|argon2(?:id)?|bcrypt"
    ),
}
"""Methods of authentication. JSON Web Tokens are what signing in with a password gives."""

PROVIDERS = {
    **{
        each: each
        for each in (
            "google",
            "keycloak",
            "auth0",
            "okta",
            "cognito",
            "apple",
            "github",
            "gitlab",
            "facebook",
        )
    },
    **dict.fromkeys(("entra", "azure", "microsoft"), "entra"),
}
"""Words for identity providers → what they are called in a blueprint."""


FOR_WHOM = phrase(
    r"(?:\( ?)?(?:google|github|gitlab|microsoft|facebook|apple)(?: (?:,|/|and|or) (?:google|github|gitlab|microsoft"
    r"|facebook|apple))*(?: ?\))?"
    r"|for (?:the |all |our )?(?:partners|devices|machines|people|humans|users|staff|customers|clients|services|scripts"
    r"|integrations|applications|apps|browsers?|web (?:app|apps|application|pages|clients)|front ?ends?|loggers"
    r"|sensors|systems|integrators|third parties)"
)
"""What may follow a method: whose accounts, or who signs in so."""


SIGN_IN = phrase(
    r"(?:secure |user |proper |standard )?(?:authentication(?: and authori[sz]ation)?|auth"
    r"|log ?in|logins|sign(?:ing)? (?:in|up)|log in|logged in"
    r"|sign up|signup|signin|registration|user (?:accounts?|management|registration"
    r"|profiles?|authentication|login|signup|model)"
    r"|(?:users|people|customers|members) (?:can |should be able to |may |must "
    r")?(?:register|sign up|sign in|log in|login|create an account)"
    r"(?: (?:and|/|or|,) (?:log in|login|sign in|register))*)"
    r"(?: (?:system|required|needed|flow|via|using|with|and (?:registration|sign up|login)))*"
)
"""People sign in, however; says nothing about the method."""

ACCOUNT_MAIL = phrase(
    r"(?:(?:users|people|customers|members) (?:can|may|must|should be able to) )?(?:"
    r"(?:forgot(?:ten)? |self service )?password (?:reset|recovery)"
    r"(?: (?:by|via|through|with|and|links?|e?mails?|flow|tokens?))*"
    r"|(?:reset|recover|change)(?:s|ting)? (?:a |the |their |his |her )?(?:forgotten )?passwords?"
    r"(?: (?:by|via) e?mail)?"
    r"|(?:e?mail|address|account)(?: address)? (?:verification|confirmation|activation)(?: (?:by|via|links?|e?mails?))*"
    r"|(?:verif(?:y|ies|ied)|confirm(?:s|ed)?) (?:their |the |an? )?(?:e?mail|address)(?: address(?:es)?)?)"
)
"""What accounts do by mail: it comes with every service that has `MAIL_URL`."""


PARTLY_OPEN = phrase(
    r"(?:for|to|on|when|while|in order to)(?! (?:all|anyone|anybody|everyone|everybody|everything|any|now"
    r"|the (?:api|mvp|backend|service|whole)))"
)
"""After `no login`: what may be done without one, which says that the rest takes one."""

NO_AUTH = phrase(
    r"(?:no|without(?: any)?) (?:user )?(?:auth|authentication|login|logins|log in|sign in"
    r"|authorization|accounts?|users)"
    r"(?: (?:needed|required|necessary|at all|is (?:needed|required)))?"
    r"|(?:authentication|login|auth) (?:is )?(?:not (?:needed|required)|optional|disabled)"
    r"|(?:open|public|unauthenticated|anonymous) (?:api|access) without (?:any )?(?:login"
    r"|authentication|auth)"
)


RBAC = phrase(
    r"(?:rbac|(?:role|roles) based (?:access(?: control)?|permissions?|authori[sz]ation"
    r"|security|auth)|access (?:control|rights|rules|levels)"
    r"|(?:user |different |access )*(?:roles|permissions)(?: and (?:roles|permissions))?|authori[sz]ation)"
    r"(?: \( rbac \))?(?: (?:for|with|and) (?:the |all |different |various |several "
    r"|multiple |user )*(?:users?|roles|user roles|permissions|user types|levels))*"
)
