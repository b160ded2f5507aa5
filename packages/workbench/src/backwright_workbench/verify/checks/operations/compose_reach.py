"""Who can reach what Compose starts, and which secrets stand in the file.

What lives here: rules on one service. What must not: how services wait for each other (`compose_rules.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.yaml_files import line, listed, mapped

STORES = re.compile(
    r"(?:^|/)(postgres|postgis|timescaledb|mysql|mariadb|percona|redis|valkey|keydb|dragonfly|mongo|rabbitmq|kafka|"
    r"elasticsearch|opensearch|clickhouse|memcached|cassandra|nats|etcd|minio|pgbouncer)(?:-[\w-]+)?(?::|@|$)"
)
PORTS = {"5432", "3306", "6379", "27017", "5672", "9092", "9200", "11211", "1433", "1521", "9042", "2379"}
SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|PASS)$", re.IGNORECASE
)
LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")
TRUST = {"POSTGRES_HOST_AUTH_METHOD": "trust", "ALLOW_EMPTY_PASSWORD": "yes", "MYSQL_ALLOW_EMPTY_PASSWORD": "yes",
         "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": "yes"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, and whether it is a fault wherever it is found."""

    fault: Fault
    is_sure: bool = True


def reach(name: str, service: dict[Any, Any], path: str, at: int) -> Iterator[Said]:
    """Who can reach it from outside, and what it can reach."""
    is_store = bool(STORES.search(str(service.get("image", "")))) or bool(STORES.search(name))
    for number, port in enumerate(listed(service.get("ports"))):
        host, target = _published(port)
        if (is_store or target in PORTS) and host not in LOCAL:
            where = (
                f"{path}:{line(service['ports'], number)}" if number else f"{path}:{line(service, 'ports')}"
            )
            why = "Docker opens it past the firewall, to everybody who can reach this machine"
            yield Said(
                Fault(
                    f"port {target} of {name} is open to every network",
                    where,
                    why,
                    f'no ports, or "127.0.0.1:{target}:{target}"',
                )
            )
    for key, bad in (("network_mode", "host"), ("pid", "host"), ("ipc", "host"), ("privileged", True)):
        if service.get(key) == bad:
            why = "what breaks out of the service has the machine"
            yield Said(
                Fault(
                    f"{name} has {key}: {str(bad).lower()}",
                    f"{path}:{line(service, key)}",
                    why,
                    f"without {key}",
                )
            )
    for volume in listed(service.get("volumes")):
        source = str(mapped(volume).get("source", "")) or str(volume).partition(":")[0]
        if source.endswith("docker.sock") or source == "/":
            why = "whoever has it has the machine"
            yield Said(
                Fault(f"{name} is given {source}", f"{path}:{line(service, 'volumes')}", why, "leave it out")
            )
    if {"ALL", "SYS_ADMIN"} & set(map(str, listed(service.get("cap_add")))):
        yield Said(
            Fault(
                f"{name} is given all rights of root",
                f"{path}:{line(service, 'cap_add')}",
                "they suffice to leave the container",
            )
        )


def _published(port: Any) -> tuple[str, str]:
    """The address that a port is published on (empty: every one), and the port in the container."""
    if isinstance(port, dict):
        return str(port.get("host_ip", "")), str(port.get("target", ""))
    text = re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(port)).partition("/")[0]
    host, _, rest = text.rpartition(":")
    address = host.rpartition(":")[0]
    return address, rest


def environment(name: str, service: dict[Any, Any], path: str) -> Iterator[Said]:
    given = service.get("environment")
    pairs = (
        given.items()
        if isinstance(given, dict)
        else (str(each).partition("=")[::2] for each in listed(given))
    )
    for key, value in pairs:
        text = "" if value is None else str(value)
        at = f"{path}:{line(given, key) if isinstance(given, dict) else line(service, 'environment')}"
        said = re.sub(r"\$\{\w+(?::?\?[^}]*)?\}|\$\w+", "", re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", text))
        if TRUST.get(str(key).upper(), "-") == text.lower() or (
            str(key).startswith("ALLOW_EMPTY") and text.lower() in ("yes", "true")
        ):
            yield Said(
                Fault(
                    f"{name} asks for no password ({key})",
                    at,
                    "whoever reaches it has all of its data",
                    "a password",
                )
            )
        elif SECRET.search(str(key)) and said.strip():
            why = "everybody who can read the file knows it, and every installation has the same"
            yield Said(Fault(f"{key} of {name} stands in the file", at, why, f"${{{key}:?set it}}"))
        elif re.search(r"://[^\s:/@]*:[^\s/@$]+@", said):
            why = "everybody who can read the file knows it, and every installation has the same"
            yield Said(
                Fault(
                    f"{key} of {name} has a password in it",
                    at,
                    why,
                    "put it in as a variable: ${PASSWORD:?set it}",
                )
            )
