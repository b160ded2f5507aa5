"""Tenancy: the entity that is the tenant, what belongs to one, and what all share."""

from collections.abc import Iterator

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.checks.access import granted
from backwright_workbench.blueprint.fault import Fault, did_you_mean
from backwright_workbench.blueprint.model import USER, Blueprint, reference_column

INHERITED = "suspended_at"
"""A column that every tenant has."""


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in what belongs to whom."""
    tenant = blueprint.tenancy
    if tenant is None:
        for name, entity in blueprint.entities.items():
            if entity.tenancy is not None:
                yield Fault(
                    ("entities", name, "tenancy"), "nothing belongs to tenants", "say tenancy: <Entity> first"
                )
    elif tenant not in blueprint.entities:
        yield Fault(("tenancy",), f"{tenant!r} is not an entity", did_you_mean(tenant, blueprint.entities))
    else:
        yield from _tenant(blueprint, tenant)
        for name in blueprint.entities:
            if blueprint.owner(name) is not None:
                yield from _owned(blueprint, name, tenant)
            elif name != tenant:
                yield from _shared(blueprint, name)
        if blueprint.auth.register_as is not None:
            where = ("auth", "register_as")
            yield Fault(where, f"whoever signs up founds {naming.title(tenant).lower()}", "leave it out")


def _tenant(blueprint: Blueprint, name: str) -> Iterator[Fault]:
    """A tenant begins with a name alone, is made by signing up or by the operator, and refers to nothing of its own."""
    entity, path = blueprint.entities[name], ("entities", name)
    if entity.tenancy is not None:
        yield Fault((*path, "tenancy"), "the tenant itself is not shared", "leave it out")
    title = entity.fields.get("name")
    if title is None:
        yield Fault((*path, "fields"), "a tenant has a name", "add name: {type: string}")
    elif title.type != "string" or title.optional or title.unique or title.max not in (None, 200):
        yield Fault(
            (*path, "fields", "name"), "the name of a tenant is a text that is there", "{type: string}"
        )
    for field_name, field in entity.fields.items():
        here = (*path, "fields", field_name)
        if field_name == INHERITED:
            yield Fault(here, "every tenant has this column", "choose another name", of_key=True)
        elif field.type == "reference" and field.to is not None and blueprint.owner(field.to) is not None:
            yield Fault(here, f"{field.to} belongs to the tenant and cannot come before it", "leave it out")
        elif field_name != "name" and not field.optional and field.default is None:
            yield Fault(here, "a tenant begins with a name alone", "add optional: true, or a default")
    if entity.states is not None or entity.actions:
        yield Fault((*path, "actions"), "a tenant has neither states nor actions here", "leave them out")
    for role, given in entity.access.items():
        for verb in ("create", "delete"):
            if getattr(granted(given), verb) is not None:
                yield Fault(
                    (*path, "access", role), f"no role may {verb} tenants", "{read: all, update: all}"
                )


def _owned(blueprint: Blueprint, name: str, tenant: str) -> Iterator[Fault]:
    """The owner is not a field; and the public belongs to no tenant."""
    entity, owner = blueprint.entities[name], blueprint.owner(name)
    for field_name, field in entity.fields.items():
        taken = reference_column(field_name) if field.type == "reference" else field_name
        if field.to == tenant or taken == owner:
            where = ("entities", name, "fields", field_name)
            yield Fault(
                where, f"every {naming.title(name).lower()} belongs to its {tenant} anyway", "leave it out"
            )
    if "public" in entity.access:
        yield Fault(
            ("entities", name, "access", "public"), "the public belongs to no tenant", "tenancy: shared"
        )


def _shared(blueprint: Blueprint, name: str) -> Iterator[Fault]:
    """What all tenants see leads into none of them, and nobody of one changes it for the others."""
    for role, given in blueprint.entities[name].access.items():
        verbs = [
            verb
            for verb in ("create", "update", "delete", "act")
            if getattr(granted(given), verb) is not None
        ]
        if verbs:
            path = ("entities", name, "access", role)
            yield Fault(
                path,
                f"all tenants see these rows, so {role} may not {' or '.join(verbs)} them",
                "{read: all}",
            )
    for field_name, field in blueprint.entities[name].fields.items():
        if field.to is not None and (
            blueprint.owner(field.to) is not None or field.to in (USER, blueprint.tenancy)
        ):
            where = ("entities", name, "fields", field_name)
            yield Fault(
                where, f"all tenants see this row, and {field.to} belongs to one", "leave tenancy: shared out"
            )
