"""What a test module is about: one entity, with the words and lines that its tests share.

What lives here: the shape of a test function. What must not: any test.
"""

from dataclasses import dataclass

from backwright_workbench.blueprint.model import Entity
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.source import Group, Item, docstring, lines
from backwright_workbench.codegen.suite.rights import Rights
from backwright_workbench.codegen.suite.room import is_crowdable, room
from backwright_workbench.codegen.suite.stored import FACTORIES, factory

Block = list[str]


@dataclass
class Subject:
    """An entity under test."""

    entity: str
    names: Names
    imports: Imports

    @property
    def declared(self) -> Entity:
        """The entity as the blueprint has it."""
        return self.names.blueprint.entities[self.entity]

    @property
    def rights(self) -> Rights:
        """Who may do what with it."""
        return Rights(self.entity, self.names)

    def is_crowdable(self, *sharing: str) -> bool:
        """Whether many rows can exist, with the same values in the fields `sharing`."""
        return is_crowdable(self.entity, self.names.blueprint.entities, sharing=sharing)

    @property
    def has_room(self) -> bool:
        """Whether two rows can exist."""
        return room(self.entity, self.names.blueprint.entities) >= 2

    @property
    def one(self) -> str:
        """`a work order`."""
        return self.names.one(self.entity)

    @property
    def many(self) -> str:
        """`work orders`."""
        return self.names.things(self.entity)

    @property
    def model(self) -> str:
        """The class, imported."""
        return self.imports.name(self.names.models(self.entity), self.entity)

    @property
    def make(self) -> str:
        """The factory, imported."""
        return self.imports.name(FACTORIES, factory(self.entity))

    @property
    def service(self) -> str:
        """The type of the `service` fixture, imported."""
        return self.imports.name("backwright.testing", "TestService")

    def stored(self, variable: str = "row", **values: str) -> Block:
        """Lines that store a row."""
        call = Group(f"{self.make}(", (Item("service"), *(Item(v, f"{n}=") for n, v in values.items())), ")")
        return lines(call, indent=4, before=f"{variable} = await ")

    def client(self, role: str) -> str:
        """The line that signs a client in."""
        member = f"{self.imports.name(f'{self.names.package}.access', 'Role')}.{role.upper()}"
        return f"    client = await service.client_for({member})"

    def test(self, name: str, doc: str, body: Block) -> Block:
        """A test function that takes the service."""
        signature = Group(f"async def test_{name}(", (Item(f"service: {self.service}"),), ") -> None")
        return [*lines(signature, after=":"), *docstring(doc, indent=4), *body]


def snake_one(subject: Subject) -> str:
    """`a_work_order`, for names of tests."""
    return subject.one.replace(" ", "_")
