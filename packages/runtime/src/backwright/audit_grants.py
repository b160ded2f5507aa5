"""Rights with which the service can write the audit log and nobody can change it: statements for the operator.

What lives here: the text of the statements on each engine. What must not: running them; the account of the service must
not be able to. Triggers keep out mistakes, rights keep out whoever has the service's account.
"""

import re
from collections.abc import Iterable
from typing import Final

from backwright.audit import audit_log
from backwright.audit_seals import audit_seals

APPEND_ONLY: Final = (audit_log.name, audit_seals.name)
ACCOUNT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}(@[A-Za-z0-9_.%:-]{1,60})?", re.ASCII)


TABLES: Final = {
    "postgresql": "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    "mariadb": "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
}
"""What tells the tables of a service, the runtime's included."""


def statements(engine: str, account: str, tables: Iterable[str]) -> list[str]:
    """What gives an account all that the service needs and no more; whoever owns the tables runs it.

    `tables` are those of the service, the audit log's included. Raises `ValueError` for SQLite, which has no accounts,
    and for a name that is none.
    """
    if engine == "sqlite":
        raise ValueError("SQLite has no accounts: whoever can write the file can change all of it.")
    if ACCOUNT.fullmatch(account) is None:
        raise ValueError(
            f"{account!r} is no name of an account; write one such as app, on MariaDB app@10.0.0.%"
        )
    others = sorted(set(tables) - set(APPEND_ONLY))
    return _postgresql(account, others) if engine == "postgresql" else _mariadb(account, others)


def _postgresql(account: str, others: list[str]) -> list[str]:
    who = f'"{account}"'
    names = ", ".join(f'"{each}"' for each in others)
    both = ", ".join(APPEND_ONLY)
    return [
        f"GRANT USAGE ON SCHEMA public TO {who}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {who}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {who}",
        f"REVOKE ALL ON {both} FROM {who}, PUBLIC",
        f"GRANT SELECT, INSERT ON {both} TO {who}",
    ]


def _mariadb(account: str, others: list[str]) -> list[str]:
    name, _, host = account.partition("@")
    who = f"'{name}'@'{host or '%'}'"
    rights = [(each, "SELECT, INSERT, UPDATE, DELETE") for each in others]
    rights += [(each, "SELECT, INSERT") for each in APPEND_ONLY]
    return [f"GRANT {granted} ON `{table}` TO {who}" for table, granted in rights]
