"""What a brief wants to be held encrypted: the fields that it names, and a hint where it names none."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Entity
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.encryption import HASHED, HINT
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading

BASE = "Manage zeppelins and hangars. Zeppelins have a name, a call sign, an owner code and a hangar. "


def reading(text: str) -> Reading:
    """What is understood of a brief about zeppelins."""
    return read(BASE + text, Catalogue.builtin(), created=date(2026, 11, 21))


def encrypted(entity: Entity) -> list[str]:
    """The fields that are."""
    return [name for name, field in entity.fields.items() if field.encrypted]


def not_understood(found: Reading) -> list[tuple[str, str]]:
    """The phrases of the brief that led to nothing, each with what is said about it."""
    return [(row.phrase, row.note) for row in found.trace if row.status == "not understood"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Encrypt call signs.",
        "Encrypt the call sign of a zeppelin at rest.",
        "Encrypt zeppelins' call signs in the database.",
        "The system must encrypt all call signs.",
        "Store call signs encrypted.",
        "The call sign is stored encrypted.",
        "Call signs must be encrypted at rest.",
        "\n\n- Call signs are encrypted",
        "The call sign of each zeppelin has to be kept encrypted in the database.",
    ],
)
def test_a_sentence_encrypts_a_field(sentence: str) -> None:
    """In many wordings; nothing else changes."""
    found = reading(sentence)
    entity = found.require().entities["Zeppelin"]
    assert encrypted(entity) == ["call_sign"], entity.fields
    assert list(entity.fields) == ["name", "call_sign", "owner_code", "hangar"]
    assert not_understood(found) == []


def test_a_sentence_may_name_several() -> None:
    """Each of them."""
    entity = reading("Encrypt call signs and owner codes.").require().entities["Zeppelin"]
    assert encrypted(entity) == ["call_sign", "owner_code"]


@pytest.mark.parametrize(
    "brief",
    [
        "Manage patients. Patients have a name and an SSN (encrypted).",
        "Manage patients. Patients have a name and an encrypted SSN.",
        "Manage patients.\n\nPatient:\n- name: string\n- ssn: string, encrypted",
        "Manage patients. Patients have a name and an SSN. Encrypt social security numbers.",
        "Manage patients. Patients have a name. Patients' social security numbers are encrypted.",
    ],
)
def test_it_is_said_where_the_field_is_described_too(brief: str) -> None:
    """In brackets, before the name, in a list; under another word for the same; or as the first that is said of it."""
    entity = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities["Patient"]
    assert encrypted(entity) in (["ssn"], ["social_security_number"]), entity.fields


@pytest.mark.parametrize(
    "sentence",
    [
        "Sensitive fields are encrypted at rest.",
        "Encryption at rest is required.",
        "Encrypt personal data.",
        "All data must be encrypted.",
    ],
)
def test_where_no_field_is_named_a_hint_says_what_to_write(sentence: str) -> None:
    """Nothing is encrypted by guess."""
    found = reading(sentence)
    assert not any(map(encrypted, found.require().entities.values()))
    assert HINT in [note for _, note in not_understood(found)], not_understood(found)


def test_what_is_left_out_is_not_asked_for() -> None:
    """`No encryption at rest` is understood, and changes nothing."""
    found = reading("No encryption at rest.")
    assert not any(map(encrypted, found.require().entities.values()))
    assert not_understood(found) == []


def test_passwords_are_hashed_anyway() -> None:
    """They are no field of anything."""
    found = reading("Passwords are encrypted.")
    assert HASHED in [row.note for row in found.trace]
    assert not any(map(encrypted, found.require().entities.values()))


def test_what_is_encrypted_is_neither_sorted_nor_searched() -> None:
    """What lists of such things usually offer goes, and is told as an assumption."""
    found = read(
        "Manage customers. Customers have a name and an email. Encrypt customer emails. Sort customers by name.",
        Catalogue.builtin(),
        created=date(2026, 11, 21),
    )
    entity = found.require().entities["Customer"]
    assert encrypted(entity) == ["email"]
    assert "email" not in (*entity.sorts, *entity.search)


def test_a_yes_or_no_cannot_be_hidden() -> None:
    """It has two values, and everybody knows which."""
    found = read(
        "Manage lamps. Lamps have a name and whether they are lit. Encrypt lit.",
        Catalogue.builtin(),
        created=date(2026, 11, 21),
    )
    assert not any(map(encrypted, found.require().entities.values()))
