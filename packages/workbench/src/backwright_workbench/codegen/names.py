"""What the parts of a blueprint are called in Python.

What lives here: names of modules, classes and variables, and the order of entities within an area. What must
not: text of files.
"""

from dataclasses import dataclass
from functools import cached_property

from backwright_workbench.blueprint import naming, sentences
from backwright_workbench.blueprint.model import (
    USER,
    Blueprint,
    Entity,
    FieldModel,
    reference_column,
)


@dataclass(frozen=True)
class Names:
    """The Python names of one blueprint."""

    blueprint: Blueprint

    @property
    def package(self) -> str:
        """The service's import package."""
        return self.blueprint.package

    def models(self, entity: str) -> str:
        """The module of an entity's class."""
        area = "accounts" if entity == USER else self.blueprint.area(entity)
        return f"{self.package}.{area}.models"

    def table(self, entity: str) -> str:
        """The table of an entity."""
        return "users" if entity == USER else self.blueprint.plural(entity)

    def variable(self, entity: str) -> str:
        """The variable that holds an entity's resource: `work_orders`."""
        return self.blueprint.plural(entity)

    def service(self, entity: str) -> str:
        """The class of an entity's rules: `WorkOrders`."""
        name = naming.pascal(self.blueprint.plural(entity))
        return f"{name}Rules" if name in self.blueprint.entities else name

    def choices(self, entity: str, field: str) -> str:
        """The enumeration of a field's values: `WorkOrderStatus`."""
        name = entity + naming.pascal(field)
        return f"{name}Choice" if name in self.blueprint.entities else name

    def thing(self, entity: str) -> str:
        """The entity in running text: `work order`."""
        return naming.title(entity).lower()

    def one(self, entity: str) -> str:
        """One of them in running text: `an asset`."""
        return f"{sentences.article(self.thing(entity))} {self.thing(entity)}"

    def things(self, entity: str) -> str:
        """Many of them in running text: `work orders`."""
        return self.blueprint.plural(entity).replace("_", " ")

    @cached_property
    def areas(self) -> dict[str, tuple[str, ...]]:
        """Area → its entities, those that others in the area refer to first."""
        found: dict[str, tuple[str, ...]] = {}
        for area in self.blueprint.areas():
            members = [name for name in self.blueprint.entities if self.blueprint.area(name) == area]
            found[area] = tuple(_referred_first(members, self.blueprint.entities))
        return found

    @cached_property
    def reachable(self) -> dict[str, frozenset[str]]:
        """Area → the areas that it reaches along references, itself left out."""
        entities = self.blueprint.entities
        steps = {
            area: {
                self.blueprint.area(to) for name in members for to in targets(entities[name]) if to != USER
            }
            for area, members in self.areas.items()
        }
        found: dict[str, frozenset[str]] = {}
        for area in steps:
            seen: set[str] = set()
            frontier = steps[area]
            while frontier:
                seen |= frontier
                frontier = {onward for at in frontier for onward in steps[at]} - seen
            found[area] = frozenset(seen - {area})
        return found

    def areas_reach(self, start: str, end: str) -> bool:
        """Whether one area refers to another, directly or over others."""
        return end in self.reachable[start]

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """Every entity, those that others refer to first: the order in which tables are made."""
        by_area = [name for members in self.areas.values() for name in members]
        return tuple(_referred_first(by_area, self.blueprint.entities))

    @cached_property
    def makeable(self) -> tuple[str, ...]:
        """Every entity of which callers can have several rows: all but the tenants, of which each sees its own."""
        return tuple(name for name in self.ordered if name != self.blueprint.tenancy)

    def closes_circle(self, entity: str, to: str) -> bool:
        """Whether a reference leads to a table that is made later, which happens only in circles."""
        return to in self.ordered and self.ordered.index(to) > self.ordered.index(entity)

    def has_service(self, entity: str) -> bool:
        """Whether there are rules to write: states or actions."""
        declared = self.blueprint.entities[entity]
        return declared.states is not None or bool(declared.actions)


def _referred_first(names: list[str], entities: dict[str, Entity]) -> list[str]:
    ordered: list[str] = []
    while len(ordered) < len(names):
        left = [name for name in names if name not in ordered]
        free = [name for name in left if not (targets(entities[name]) & set(left)) - {name}]
        ordered.append(free[0] if free else left[0])
    return ordered


def targets(entity: Entity) -> set[str]:
    """The declared entities, or `User`, that an entity refers to."""
    return {field.to for field in entity.fields.values() if field.to is not None}


def column(name: str, entity: Entity) -> str:
    """The column and API name of a field: references end in `_id`, standard columns stay."""
    field = entity.fields.get(name)
    return reference_column(name) if field is not None and field.type == "reference" else name


def on_delete(field: FieldModel) -> str:
    """What happens to the row when the row referred to goes."""
    return field.on_delete or ("set_null" if field.optional else "restrict")
