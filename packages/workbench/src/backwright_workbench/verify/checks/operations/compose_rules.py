"""What is wrong with a Compose file: what keeps it from starting, and what leaves it open.

What lives here: rules on one document. What must not: reading files (`compose.py`). Findings come in two grades:
what is wrong anywhere, and what services written by Backwright keep while others may have reasons not to.
"""

import re
from collections.abc import Iterator
from typing import Any

from backwright_workbench.verify.checks.operations.compose_reach import STORES, Said, environment, reach
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.yaml_files import line, listed, mapped

TOP = re.compile("name|version|services|networks|volumes|configs|secrets|include|models|x-.*")
SERVICE = re.compile(
    "annotations|attach|build|blkio_config|cap_add|cap_drop|cgroup|cgroup_parent|command|configs|container_name|cpu_.*|"
    "cpus|cpuset|credential_spec|depends_on|deploy|develop|device_cgroup_rules|devices|dns|dns_opt|dns_search|domainname|"
    "entrypoint|env_file|environment|expose|extends|external_links|extra_hosts|gpus|group_add|healthcheck|hostname|image|"
    "init|ipc|isolation|labels?|label_file|links|logging|mac_address|mem_limit|mem_reservation|mem_swappiness|"
    "memswap_limit|models|network_mode|networks|oom_kill_disable|oom_score_adj|pid|pids_limit|platform|ports|post_start|"
    "pre_stop|privileged|profiles|provider|pull_policy|pull_refresh_after|read_only|restart|runtime|scale|secrets|"
    "security_opt|shm_size|stdin_open|stop_grace_period|stop_signal|storage_opt|sysctls|tmpfs|tty|ulimits|use_api_socket|"
    "user|userns_mode|uts|volumes|volumes_from|working_dir|x-.*"
)
KEEPS = re.compile(
    r"postgres|postgis|timescale|mysql|mariadb|percona|mongo|elasticsearch|opensearch|clickhouse|cassandra|minio"
)


def findings(document: Any, path: str) -> Iterator[Said]:
    """Everything that is wrong with a Compose file."""
    top = mapped(document)
    services = mapped(top.get("services"))
    if not services and not top.get("include"):
        yield _dead("it has no services", path, 1)
    for key in top:
        if not TOP.fullmatch(str(key)):
            yield _dead(f"{key!r} is nothing that a Compose file has", path, line(top, key))
    ends = {
        str(name)
        for service in services.values()
        for name, how in mapped(mapped(service).get("depends_on")).items()
        if mapped(how).get("condition") == "service_completed_successfully"
    }
    for name, service in services.items():
        at = line(services, name)
        if not isinstance(service, dict):
            yield _dead(f"{name} is no service", path, at)
            continue
        for key in service:
            if not SERVICE.fullmatch(str(key)):
                yield _dead(f"{key!r} is nothing that a service has", path, line(service, key))
        if not {"image", "build", "extends", "provider"} & service.keys():
            yield _dead(f"{name} has neither an image nor a build", path, at)
        yield from _waits(str(name), service, services, path)
        yield from _image(str(name), service, path)
        yield from reach(str(name), service, path, at)
        yield from _kept(str(name), service, top, path, at)
        yield from environment(str(name), service, path)
        yield from _running(str(name), service, str(name) in ends, path, at)


def _dead(what: str, path: str, at: int) -> Said:
    return Said(
        Fault(what, f"{path}:{at}", "docker compose refuses the file", "see the Compose specification")
    )


def _waits(name: str, service: dict[Any, Any], services: dict[Any, Any], path: str) -> Iterator[Said]:
    wanted = service.get("depends_on")
    for other in wanted if isinstance(wanted, dict | list) else []:
        at = line(wanted, other) if isinstance(wanted, dict) else line(service, "depends_on")
        target = mapped(services.get(other))
        if other not in services:
            yield _dead(f"{name} depends on {other}, which there is not", path, at)
            continue
        condition = mapped(mapped(wanted).get(other)).get("condition", "service_started")
        if condition == "service_healthy" and not _has_health(target):
            why = "it never counts as healthy, so that what waits for it never starts"
            fix = f"a healthcheck for {other}"
            yield Said(
                Fault(
                    f"{name} waits for the health of {other}, which has no healthcheck",
                    f"{path}:{at}",
                    why,
                    fix,
                ),
                "image" not in target or bool(STORES.search(str(target["image"]))),
            )
        elif condition == "service_started" and STORES.search(str(target.get("image", ""))):
            why = "a database has started long before it answers; the first start fails now and then"
            fault = Fault(
                f"{name} does not wait until {other} is healthy",
                f"{path}:{at}",
                why,
                "condition: service_healthy",
            )
            yield Said(fault)


def _has_health(service: dict[Any, Any]) -> bool:
    check = mapped(service.get("healthcheck"))
    return (
        bool(check.get("test")) and not check.get("disable") and check.get("test") not in (["NONE"], "NONE")
    )


def _image(name: str, service: dict[Any, Any], path: str) -> Iterator[Said]:
    image = re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(service.get("image", "")))
    if not image or "build" in service or "$" in image or "@sha256:" in image:
        return
    tag = image.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        why = "tomorrow's start brings another version than today's, with other data files"
        yield Said(
            Fault(
                f"the image {image} of {name} has no version",
                f"{path}:{line(service, 'image')}",
                why,
                "name one",
            )
        )


def _kept(name: str, service: dict[Any, Any], top: dict[Any, Any], path: str, at: int) -> Iterator[Said]:
    """Whether data outlives the container."""
    declared = mapped(top.get("volumes"))
    mounted = 0
    for volume in listed(service.get("volumes")):
        source = (
            str(mapped(volume).get("source", ""))
            if isinstance(volume, dict)
            else str(volume).partition(":")[0]
        )
        is_named = bool(re.fullmatch(r"[A-Za-z0-9][\w.-]*", source)) and (
            isinstance(volume, dict) or ":" in str(volume)
        )
        if is_named and mapped(volume).get("type", "volume") == "volume" and source not in declared:
            yield _dead(f"the volume {source} is not declared", path, line(service, "volumes"))
        mounted += is_named or (
            source.startswith((".", "/", "~", "$")) and (isinstance(volume, dict) or ":" in str(volume))
        )
    if (
        KEEPS.search(str(service.get("image", "")))
        and STORES.search(str(service.get("image", "")))
        and not mounted
    ):
        why = "its data goes with the container, or into a volume that nobody finds again"
        yield Said(
            Fault(
                f"{name} keeps its data in no named volume",
                f"{path}:{at}",
                why,
                "volumes: [data:/where/it/keeps/them]",
            )
        )


def _running(name: str, service: dict[Any, Any], ends: bool, path: str, at: int) -> Iterator[Said]:
    """What keeps it running, and keeps it from taking the machine with it."""
    deploy = mapped(service.get("deploy"))
    if ends or service.get("profiles") or _ends_by_itself(service):
        return
    if "restart" not in service and "restart_policy" not in deploy:
        why = "what has crashed stays down until somebody looks"
        yield Said(
            Fault(f"{name} has no restart policy", f"{path}:{at}", why, "restart: unless-stopped"), False
        )
    limits = mapped(mapped(deploy.get("resources")).get("limits"))
    if "build" in service and "mem_limit" not in service and "memory" not in limits:
        why = "one that leaks takes the database's memory, too"
        yield Said(Fault(f"{name} has no limit of memory", f"{path}:{at}", why, "mem_limit: 512m"), False)


def _ends_by_itself(service: dict[Any, Any]) -> bool:
    """Whether it is there for one job: `minio/mc mb …`, `… migrate up`, `restart: "no"`."""
    command = " ".join(map(str, listed(service.get("command"))))
    return str(service.get("restart")) in ("no", "False") or bool(
        re.search(r"\b(?:migrate|seed|mb|upgrade head|init)\b", command)
    )
