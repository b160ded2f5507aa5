"""What the use cases of accounts by mail work with.

What lives here: the parts, as one value. What must not: behaviour.
"""

from dataclasses import dataclass

from backwright.account_codes import AccountCodes
from backwright.account_mails import AccountMails
from backwright.audit import Audit
from backwright.credentials import Credentials
from backwright.database import Database
from backwright.limits import Limiter
from backwright.login import Login
from backwright.mail import Mail
from backwright.tenant_rows import TenantRows
from backwright.user_rows import UserRows


@dataclass(frozen=True, slots=True)
class AccountParts:
    """Made once by `BoundAccounts`."""

    database: Database
    audit: Audit
    limiter: Limiter
    users: UserRows
    codes: AccountCodes
    login: Login
    credentials: Credentials
    mail: Mail
    mails: AccountMails
    tenants: TenantRows | None
    """Those to which accounts belong, if they belong to any."""
