"""What was asked for and is not built in full: what stands in for it, and what is missing.

What lives here: the honest words, one entry per wish, for the delivery note and for the pages of the service. What must
not: deciding what a brief asked for, and engines that only have to be turned on (`engines.py`).
"""

from dataclasses import dataclass

from backwright_workbench.blueprint.model import Blueprint


@dataclass(frozen=True, slots=True)
class Carried:
    """A wish, what there is today, and what is missing."""

    asked: str
    today: str
    missing: str

    @property
    def sentence(self) -> str:
        """All of it in a line, for a comment or a list."""
        asked = f"{self.asked[:1].upper()}{self.asked[1:]}"
        return f"{asked} was asked for. There is today: {self.today}. Missing: {self.missing}."


BROKERED = {
    "github": "GitHub",
    "facebook": "Facebook",
}
"""Providers that do not speak OpenID Connect to websites."""

WANTED = {
    "graphql": "GraphQL",
    "websockets": "WebSockets",
    "jobs": "background jobs",
    "webhooks": "webhooks",
    "notifications": "notifications",
    "payments": "payments",
    "feature_flags": "feature flags",
    "message_broker": "a message broker",
    "tracing": "distributed tracing",
    "kubernetes": "Kubernetes manifests",
    "full_text_engine": "a search engine of its own",
    "import_export": "import and export of files",
    "reports": "reports",
}


def carried(blueprint: Blueprint) -> tuple[Carried, ...]:
    """Everything that the blueprint wants and this version does not build in full, in order."""
    wanted = (Carried(WANTED[name], "nothing", "all of it") for name in blueprint.wanted)
    return (*stand_ins(blueprint), *wanted)


def stand_ins(blueprint: Blueprint) -> tuple[Carried, ...]:
    """The ways to sign in that something else stands in for."""
    return tuple(
        Carried(
            f"signing in with {BROKERED[name]}",
            "signing in with any provider that speaks OpenID Connect",
            f"{BROKERED[name]} itself, which does not; put a broker such as Keycloak or Dex in between",
        )
        for name in blueprint.auth.providers
        if name in BROKERED
    )
