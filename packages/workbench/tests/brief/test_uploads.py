"""Files: whose they are, of which kinds, how large."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Attachments
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading

IMAGES = ("image/png", "image/jpeg", "image/webp")


def reading(text: str) -> Reading:
    """The reading of a brief about zeppelins and hangars."""
    return read(f"Manage zeppelins and hangars.\n\n{text}", Catalogue.builtin(), created=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "- Image upload for hangars (max 5 MB, png/jpg)",
            Attachments(max_mb=5, types=("image/png", "image/jpeg")),
        ),
        (
            "- Drawing upload for hangars (pdf only, max 20 MB)",
            Attachments(max_mb=20, types=("application/pdf",)),
        ),
        ("Photos of the hangar can be uploaded (max 5 MB).", Attachments(max_mb=5, types=IMAGES)),
        (
            "Papers (PDF, at most 3 MB) are attached to the hangar.",
            Attachments(max_mb=3, types=("application/pdf",)),
        ),
        ("Each hangar has a name, a size and one or more fotos.", Attachments(types=IMAGES)),
        ("Each hangar has a name, a size and a receipt (file).", Attachments()),
        ("## Hangar\n- name (text)\n- photos\n", Attachments(types=IMAGES)),
    ],
)
def test_files_hang_on_the_thing_that_is_named(sentence: str, expected: Attachments) -> None:
    """With the kinds and the size that the brief allows; none of it becomes a field."""
    entities = reading(sentence).require().entities

    assert entities["Hangar"].attachments == expected
    assert entities["Zeppelin"].attachments is None
    assert not {"max_mb", "png", "pdf", "photos", "receipt"} & entities["Hangar"].fields.keys()


@pytest.mark.parametrize(
    "sentence", ["- Image upload for hangars (max 5 MB, png/jpg)", "- Photo uploads (max 2 MB)"]
)
def test_every_word_of_an_upload_is_understood(sentence: str) -> None:
    """Limits and kinds are no leftovers."""
    assert not reading(sentence).not_understood


def test_a_kind_that_cannot_be_checked_is_said() -> None:
    """The rest of the sentence holds."""
    row = next(row for row in reading("- File upload for hangars (pdf, dwg)").not_understood)

    assert "dwg" in row.phrase
    assert "cannot be checked" in row.note


def test_files_of_nobody_hang_on_what_usually_has_some() -> None:
    """Not on what only ties things together."""
    brief = "Manage products, customers, orders, reviews.\n\n- Photo uploads"
    blueprint = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require()

    assert [name for name, entity in blueprint.entities.items() if entity.attachments] == ["Product"]


@pytest.mark.parametrize(
    ("sentence", "holders"),
    [
        (
            "It must be possible to upload photos for zeppelins and hangars, maximum 5 MB.",
            {"Zeppelin", "Hangar"},
        ),
        ("- Zeppelin image upload (S3, max 5 MB, png/jpg)", {"Zeppelin"}),
        ("- A hangar can have many photos (png/jpg, 5MB max)", {"Hangar"}),
        ("- Hangars need image upload (jpg <= 8MB)", {"Hangar"}),
        ("- Plans of the hangars should be uploadable as PDF", {"Hangar"}),
        ("- Zeppelins: name, load capacity", set()),
        ("- Zeppelins must be matched with hangars by image similarity", set()),
        ("- generate previews of a zeppelin on a photo", set()),
        ("- Hangars have a name and up to five attachments", {"Hangar"}),
    ],
)
def test_files_hang_on_what_the_sentence_names(sentence: str, holders: set[str]) -> None:
    """Several where it lists several; none where images are only spoken of."""
    entities = reading(sentence).require().entities

    assert {name for name, entity in entities.items() if entity.attachments} == holders
