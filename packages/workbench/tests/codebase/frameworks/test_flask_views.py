"""Routes of Flask whose handlers are methods: views, resources, flask-restx, flask-smorest."""

from web_routes import guards, inputs, is_known, project, route


def test_each_method_of_a_view_is_a_route() -> None:
    """`decorators` of the class, or of one that it inherits from, stand before all of them."""
    app = project(
        main="""
        from flask import Flask, request
        from flask.views import MethodView, View
        from flask_login import login_required

        app = Flask(__name__)

        class Private(MethodView):
            decorators = [login_required]

        class Items(Private):
            def get(self): ...
            def post(self):
                return request.form["title"]

        class Page(View):
            methods = ["GET", "POST"]
            def dispatch_request(self): ...

        items = Items.as_view("items")
        app.add_url_rule("/items", view_func=items, methods=["GET", "POST"])
        app.add_url_rule("/page", view_func=login_required(Page.as_view("page")))
        """
    )
    assert is_known(app, "GET /items")
    assert is_known(app, "GET|POST /page")
    assert inputs(app, "POST /items") == {("form", "title")}
    view = route(app, "POST /items").view
    assert view is not None
    assert view.name == "Items"


def test_resources_of_flask_restful_have_the_prefix_of_their_api() -> None:
    """With `method_decorators` for all methods or for one, and a parser's arguments."""
    app = project(
        main="""
        from flask import Flask, Blueprint
        from flask_restful import Api, Resource, reqparse
        from flask_jwt_extended import jwt_required

        bp = Blueprint("api", __name__)
        api = Api(bp, prefix="/v1")
        parser = reqparse.RequestParser()
        parser.add_argument("name", type=str, required=True)

        class User(Resource):
            method_decorators = {"delete": [jwt_required()]}
            def get(self, id): ...
            def delete(self, id): ...

        class Users(Resource):
            @jwt_required(optional=True)
            def post(self):
                return parser.parse_args()

        api.add_resource(User, "/users/<int:id>")
        api.add_resource(Users, "/users", "/people")

        def create_app():
            app = Flask(__name__)
            app.register_blueprint(bp, url_prefix="/api")
            return app
        """
    )
    assert is_known(app, "DELETE /api/v1/users/{id}")
    assert not is_known(app, "GET /api/v1/users/{id}")
    assert not is_known(app, "POST /api/v1/users")
    assert inputs(app, "POST /api/v1/people") == {("body", "name")}


def test_namespaces_of_flask_restx_hang_on_their_api() -> None:
    """`add_namespace(ns, path=…)`, `api.namespace(…)`, and a namespace's own name as its path."""
    app = project(
        api__init="""
        from flask import Flask
        from flask_restx import Api
        from api.cats import ns as cats
        from api.dogs import ns as dogs
        app = Flask(__name__)
        api = Api(app, prefix="/api")
        api.add_namespace(cats)
        api.add_namespace(dogs, path="/hounds")
        birds = api.namespace("birds", description="Birds")
        @birds.route("/<string:name>")
        class Bird:
            def get(self, name): ...
        """,
        api__cats="""
        from flask_restx import Namespace, Resource
        ns = Namespace("cats")
        @ns.route("/")
        class Cats(Resource):
            @ns.doc("list")
            def get(self): ...
        """,
        api__dogs="""
        from flask_restx import Namespace, Resource
        ns = Namespace("dogs")
        @ns.route("/<int:id>", "/<int:id>/bark")
        class Dog(Resource):
            def put(self, id): ...
        """,
    )
    assert {str(each) for each in app.routes} == {
        "GET /api/birds/{name}",
        "GET /api/cats/",
        "PUT /api/hounds/{id}",
        "PUT /api/hounds/{id}/bark",
    }
    assert all(each.is_reachable for each in app.routes)


def test_flask_smorest_says_which_schema_is_taken() -> None:
    """`@blp.arguments(Schema)`; a decorator of the project guards by what it does."""
    app = project(
        main="""
        from flask import Flask, abort, session
        from flask.views import MethodView
        from flask_smorest import Api, Blueprint
        from marshmallow import Schema, fields

        app = Flask(__name__)
        api = Api(app)
        blp = Blueprint("pets", __name__, url_prefix="/pets")

        class PetIn(Schema):
            name = fields.Str()

        def staff(view):
            def inner(*args, **kwargs):
                if session["role"] != "admin":
                    abort(403)
                return view(*args, **kwargs)
            return inner

        @blp.route("/<int:pet_id>")
        class Pets(MethodView):
            @staff
            @blp.arguments(PetIn)
            @blp.response(200, PetIn)
            def put(self, data, pet_id): ...

        api.register_blueprint(blp)
        """
    )
    found = route(app, "PUT /pets/{pet_id}")
    assert {(each.source, each.type) for each in found.parameters} == {
        ("path", "builtins.int"),
        ("body", "main.PetIn"),
    }
    assert guards(app, "PUT /pets/{pet_id}")["staff"] >= {"authorization"}


def test_a_helper_of_the_project_registers_views() -> None:
    """`register(blueprint, routes=[…], view_func=…)`, and `app.route("/path")(function)`."""
    app = project(
        main="""
        from flask import Flask, Blueprint
        from flask.views import MethodView
        from flask_allows import Allows
        allows = Allows()
        def register(on, routes, view_func):
            for each in routes:
                on.add_url_rule(each, view_func=view_func)
        class Groups(MethodView):
            decorators = [allows.requires(IsAdmin)]
            def get(self): ...
        def plain(): ...
        app = Flask(__name__)
        bp = Blueprint("m", __name__)
        register(bp, routes=["/groups", "/g"], view_func=Groups.as_view("groups"))
        app.register_blueprint(bp, url_prefix="/manage")
        app.route("/plain", methods=["POST"])(plain)
        """
    )
    assert {str(each) for each in app.routes} == {"GET /manage/groups", "GET /manage/g", "POST /plain"}
    assert is_known(app, "GET /manage/g")


def test_a_form_of_flask_wtf_is_protected_against_forged_requests() -> None:
    """`validate_on_submit()` looks at its token; a plain form of WTForms has none."""
    app = project(
        main="""
        from flask import Flask, request
        from flask_wtf import FlaskForm
        from wtforms import Form
        class Safe(FlaskForm): ...
        class Plain(Form): ...
        app = Flask(__name__)
        @app.post("/safe")
        def safe():
            form = Safe()
            if form.validate_on_submit(): ...
        @app.post("/plain")
        def plain():
            form = Plain(request.form)
            if form.validate(): ...
        """
    )
    assert "csrf" in guards(app, "POST /safe")["validate_on_submit"]
    assert guards(app, "POST /plain") == {}
