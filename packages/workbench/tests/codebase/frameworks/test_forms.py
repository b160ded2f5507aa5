"""Fields of marshmallow schemas, serializers and forms, with their limits."""

from backwright_workbench.codebase.facts.web import SchemaField
from web_routes import project


def fields(app, name: str) -> dict[str, SchemaField]:
    return {each.name: each for each in app.schemas[name].fields}


def test_a_field_of_marshmallow_is_optional_unless_it_says_otherwise() -> None:
    """Its validators limit it; a schema that is made of a model takes all columns."""
    app = project(
        main="""
        from flask_marshmallow import Marshmallow
        from marshmallow import Schema, fields, validate
        from models import User
        ma = Marshmallow()
        class UserIn(Schema):
            name = fields.Str(required=True, validate=[validate.Length(1, 20), validate.Regexp("x")])
            age = fields.Int(validate=validate.Range(max=150))
        class UserOut(ma.SQLAlchemyAutoSchema):
            class Meta:
                model = User
        """,
        models="class User: ...",
    )
    found = fields(app, "main.UserIn")
    assert {name: each.is_required for name, each in found.items()} == {"name": True, "age": False}
    assert {"max_length", "pattern"} <= set(found["name"].limits)
    assert "le" in found["age"].limits
    assert app.schemas["main.UserOut"].all_fields


def test_extra_arguments_of_a_serializer_count() -> None:
    """`extra_kwargs` hides and limits fields that the model brings."""
    app = project(
        main="""
        from rest_framework import serializers
        from models import User
        class UserSerializer(serializers.ModelSerializer):
            class Meta:
                model = User
                fields = "__all__"
                extra_kwargs = {"password": {"write_only": True, "min_length": 8}, "staff": {"read_only": True}}
        """,
        models="class User: ...",
    )
    found = fields(app, "main.UserSerializer")
    assert found["password"].write_only
    assert "min_length" in found["password"].limits
    assert found["staff"].read_only
    assert app.schemas["main.UserSerializer"].all_fields


def test_validators_of_wtforms_say_what_is_required_and_limited() -> None:
    """By position or by keyword."""
    app = project(
        main="""
        from flask_wtf import FlaskForm
        from wtforms import IntegerField, PasswordField, StringField
        from wtforms.validators import DataRequired, Length, NumberRange
        class Login(FlaskForm):
            name = StringField("Name", [DataRequired(), Length(max=20)])
            password = PasswordField("Password")
            age = IntegerField("Age", validators=[NumberRange(0, 150)])
        """
    )
    found = fields(app, "main.Login")
    assert {name: each.is_required for name, each in found.items()} == {
        "name": True,
        "password": False,
        "age": False,
    }
    assert found["name"].limits == ("max_length",)
    assert found["password"].limits == ()
    assert set(found["age"].limits) == {"ge", "le"}


def test_strange_classes_are_no_crash() -> None:
    """Fields without arguments, metadata that is no mapping."""
    project(
        main="""
        from marshmallow import Schema, fields
        from rest_framework import serializers
        from wtforms import Form, StringField
        class A(Schema):
            a = fields.Str(validate=None)
            b = fields.Str(validate=[None, len])
        class B(serializers.Serializer):
            class Meta:
                extra_kwargs = dict(a={})
        class C(serializers.Serializer):
            class Meta:
                extra_kwargs = {None: 1, "x": None, **{}}
        class D(Form):
            a = StringField()
            b = StringField("b", None)
        """
    )
