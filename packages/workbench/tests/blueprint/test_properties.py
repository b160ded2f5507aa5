"""What holds for every valid blueprint."""

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.prose import describe
from backwright_workbench.blueprint.schema import schema
from backwright_workbench.blueprint.source import read
from backwright_workbench.blueprint.validation import check
from backwright_workbench.blueprint.yaml import dump, load
from blueprint_strategies import blueprints
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCHEMA = Draft202012Validator(schema())


@MANY
@given(blueprints())
def test_what_is_drawn_is_valid(blueprint: Blueprint) -> None:
    """The strategies and the checks agree on what a valid blueprint is."""
    assert check(blueprint) == []


@MANY
@given(blueprints())
def test_dump_then_load_changes_nothing(blueprint: Blueprint) -> None:
    """The file form says everything, the text is canonical, and the schema accepts it."""
    text = dump(blueprint)
    again = load(text)
    assert again == blueprint
    assert dump(again) == text
    SCHEMA.validate(read(text, "blueprint.yaml").value)


@MANY
@given(blueprints())
def test_every_name_is_said_in_prose(blueprint: Blueprint) -> None:
    """Nothing that has a name is left out of the description."""
    text = describe(blueprint)
    for name, entity in blueprint.entities.items():
        assert blueprint.path(name) in text
        for word in [*entity.fields, *entity.actions, *entity.access]:
            assert word in text or word in ("public", "signed_in")


@MANY
@given(blueprints())
def test_areas_name_each_folder_once(blueprint: Blueprint) -> None:
    """Every entity's area is in the order of areas, once."""
    areas = blueprint.areas()
    assert sorted(areas) == sorted({blueprint.area(name) for name in blueprint.entities})
