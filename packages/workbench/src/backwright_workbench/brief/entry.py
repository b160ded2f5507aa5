"""One entry of the catalogue: what is usually meant by a business word.

What lives here: the shape of an entry and of the file that holds entries. What must not: the entries
themselves (`entities/*.yaml`), looking them up (`catalogue.py`), or deciding what a blueprint takes of them
(`fitting.py`).
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backwright_workbench.blueprint.model import (
    Action,
    EntityName,
    FieldModel,
    Grants,
    Line,
    Model,
    Name,
    States,
)

Phrase = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*( [a-z0-9]+)*$", max_length=60)]
"""What people call it, singular and in lower case: `work order`."""

ANYBODY = frozenset({"public", "signed_in"})
"""Keys of `access` that are no roles: callers without an account, and all with one."""


class EntryBody(Model):
    """What a catalogue file says about one entity: a blueprint entity's keys, and when and with whom it
    comes.
    """

    words: tuple[Phrase, ...] = ()
    """Phrases that always mean this entity. The name's own words need not be said, unless they are local."""
    local_words: tuple[Phrase, ...] = ()
    """Phrases that mean it only where the rest of the brief is about its domain: `ticket` at an event."""
    description: Line
    area: Name | None = None
    brings: tuple[EntityName, ...] = ()
    """Entities that always come along: an order is nothing without its lines."""
    person: bool = False
    """People of this kind sign in: `account` refers to `User`, and a role has the entity's name."""
    fields: Annotated[dict[Name, FieldModel], Field(min_length=1)]
    """References to entities that the blueprint does not have are left out, or replaced by their stand-in."""
    stand_ins: dict[Name, FieldModel] = Field(default_factory=dict)
    """Reference → the field of that name where the entity referred to is missing: an author becomes a string.
    """
    states: States | None = None
    actions: dict[Name, Action] = Field(default_factory=dict)
    filters: tuple[Name, ...] = ()
    sorts: tuple[Name, ...] = ()
    search: tuple[Name, ...] = ()
    embeds: tuple[Name, ...] = ()
    unique: tuple[tuple[Name, ...], ...] = ()
    attachments: bool = False
    """Files usually hang on it."""
    access: dict[Name, Literal["everything"] | Grants] = Field(default_factory=dict)
    """Usual access. `admin` may do everything and is not said."""


class Entry(EntryBody):
    """An entity as the catalogue knows it."""

    name: EntityName
    domain: Name
    roles: dict[Name, Line] = Field(default_factory=dict)
    """The roles that its access names, and what each is for."""


class EntryFile(Model):
    """One file of the catalogue: a domain, its roles and its entities."""

    domain: Name
    words: tuple[Phrase, ...] = ()
    """Phrases that say a brief is about this domain, such as `clinic`."""
    roles: dict[Name, Line] = Field(default_factory=dict)
    entities: Annotated[dict[EntityName, EntryBody], Field(min_length=1)]

    def entries(self) -> tuple[Entry, ...]:
        """The file's entities, each with its name, its domain and the roles that its access names."""
        return tuple(
            Entry(
                name=name,
                domain=self.domain,
                roles={role: text for role, text in self.roles.items() if role in body.access},
                **{key: getattr(body, key) for key in EntryBody.model_fields},
            )
            for name, body in self.entities.items()
        )
