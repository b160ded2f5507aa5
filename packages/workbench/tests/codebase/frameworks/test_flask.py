"""Routes of Flask: where they hang, what guards them, what they take."""

from backwright_workbench.codebase.facts.web import Purpose
from web_routes import guards, inputs, is_known, project, route

FACTORY = """
    from flask import Flask
    from flask_limiter import Limiter
    from flask_wtf.csrf import CSRFProtect

    csrf = CSRFProtect()
    limiter = Limiter(key_func=lambda: "x", default_limits=["200 per day"])

    def create_app(config=None):
        app = Flask(__name__)
        csrf.init_app(app)
        limiter.init_app(app)
        register(app)
        return app

    def register(app):
        from app.users import bp as users_bp
        from app import orders
        for bp in (orders.bp,):
            app.register_blueprint(bp)
        app.register_blueprint(users_bp, url_prefix="/api/users")
"""
USERS = """
    from flask import Blueprint, request, session, abort
    from flask_login import login_required
    from app import limiter

    bp = Blueprint("users", __name__, url_prefix="/users")

    @bp.route("/<int:user_id>", methods=["GET", "DELETE"])
    @login_required
    def user(user_id):
        return {"id": user_id}

    @login_required
    @bp.get("/all")
    def everybody():
        return []

    @bp.post("/login")
    @limiter.limit("5/minute")
    def login():
        data = request.get_json()
        page = request.args.get("page", type=int)
        return {"name": data["name"], "pass": data.get("password"), "page": page}
"""
ORDERS = """
    from flask import Blueprint, g, redirect, request, session, url_for

    bp = Blueprint("orders", __name__, url_prefix="/orders")
    PUBLIC = ["orders.prices"]

    @bp.before_request
    def check():
        if request.endpoint in PUBLIC:
            return
        if "user_id" not in session:
            return redirect(url_for("auth.login"))

    @bp.route("/")
    def index():
        return "all"

    @bp.route("/prices")
    def prices():
        return "prices"
"""


def shop():
    return project(app__init=FACTORY, app__users=USERS, app__orders=ORDERS)


def test_prefixes_are_followed_through_a_factory_and_its_helpers() -> None:
    """A blueprint has the prefix that it is registered with, or else its own."""
    app = shop()
    found = route(app, "GET|DELETE /api/users/{user_id}")
    assert found.is_reachable
    assert found.handler is not None
    assert found.handler.name == "user"
    assert {(each.source, each.name, each.type) for each in found.parameters} == {
        ("path", "user_id", "builtins.int")
    }
    assert route(app, "GET /orders/")


def test_a_decorator_above_the_route_does_not_guard_it() -> None:
    """Flask registers what stands below `route`; what is put around it afterwards never runs."""
    app = shop()
    assert is_known(app, "GET|DELETE /api/users/{user_id}")
    assert not is_known(app, "GET /api/users/all")


def test_what_runs_before_a_blueprint_guards_its_routes_but_those_that_it_leaves_out() -> None:
    """`before_request` with a list of public endpoints."""
    app = shop()
    assert is_known(app, "GET /orders/")
    assert not is_known(app, "GET /orders/prices")
    assert not is_known(app, "POST /api/users/login")


def test_a_handler_takes_what_its_body_reads() -> None:
    """Keys of the body through a variable, and of the query."""
    taken = {("body", "name"), ("body", "password"), ("query", "page")}
    assert inputs(shop(), "POST /api/users/login") == taken


def test_extensions_see_every_request() -> None:
    """A limiter with default limits and CSRF protection guard each route; they are middleware with their options."""
    app = shop()
    assert {each.name: each.options for each in app.middleware} == {
        "CSRFProtect": {},
        "Limiter": {"default_limits": ["200 per day"]},
    }
    assert guards(app, "GET /orders/prices")["CSRFProtect"] == {"csrf"}
    assert {"limit", "Limiter"} <= set(guards(app, "POST /api/users/login"))


def test_an_exempt_blueprint_has_no_csrf_protection() -> None:
    """`csrf.exempt(api)` takes all its routes out."""
    app = project(
        main="""
        from flask import Flask, Blueprint
        from flask_wtf import CSRFProtect
        app = Flask(__name__)
        csrf = CSRFProtect(app)
        api = Blueprint("api", __name__, url_prefix="/api")
        csrf.exempt(api)
        @api.post("/a")
        def a(): ...
        @app.post("/b")
        def b(): ...
        @app.post("/c")
        @csrf.exempt
        def c(): ...
        app.register_blueprint(api)
        """
    )
    guarded = {str(each) for each in app.routes if each.guarded(Purpose.CSRF)}
    assert guarded == {"POST /b"}


def test_a_blueprint_that_nobody_registers_is_not_reachable() -> None:
    """Nested ones are, through what they hang on."""
    app = project(
        main="""
        from flask import Flask, Blueprint
        app = Flask(__name__)
        v1 = Blueprint("v1", __name__, url_prefix="/v1")
        inner = Blueprint("inner", __name__, url_prefix="/inner")
        lost = Blueprint("lost", __name__)
        v1.register_blueprint(inner)
        app.register_blueprint(v1, url_prefix="/api/v1")
        @inner.route("/a")
        def a(): ...
        @lost.route("/b")
        def b(): ...
        """
    )
    assert route(app, "GET /api/v1/inner/a").is_reachable
    assert not route(app, "GET /b").is_reachable


def test_an_application_that_is_made_elsewhere_is_the_same() -> None:
    """In an attribute, as a parameter, with a constant as prefix, and by `current_app`."""
    app = project(
        server="""
        from flask import Flask
        import routes
        API = "/api"
        class Server:
            def __init__(self):
                self.app = Flask(__name__)
                routes.setup(self.app)
                self.app.add_url_rule(f"{API}/health", "health", self.health)
                self.app.run(debug=True, host="0.0.0.0")
            def health(self): ...
        """,
        routes="""
        from auth import token_required
        def setup(app):
            @app.route("/things/<uuid:key>", methods=["PUT"])
            @token_required
            def thing(key): ...
        """,
        auth="""
        from functools import wraps
        from flask import request, abort
        def token_required(f):
            @wraps(f)
            def inner(*args, **kwargs):
                if not request.headers.get("Authorization"):
                    abort(401)
                return f(*args, **kwargs)
            return inner
        """,
    )
    assert is_known(app, "PUT /things/{key}")
    assert [(each.name, each.options) for each in app.apps] == [
        ("server.Server.app", {"debug": True, "host": "0.0.0.0"})
    ]


def test_error_handlers_and_headers_are_read() -> None:
    """A handler for everything is general; headers that are set on each answer are middleware."""
    app = project(
        main="""
        from flask import Flask
        app = Flask(__name__)
        @app.errorhandler(404)
        def missing(e): ...
        def broken(e): ...
        app.register_error_handler(Exception, broken)
        @app.after_request
        def careful(response):
            response.headers["X-Frame-Options"] = "DENY"
            response.headers.add("Access-Control-Allow-Origin", "*")
            return response
        """
    )
    assert [(each.errors, each.is_general) for each in app.error_handlers] == [
        (("404",), False),
        (("builtins.Exception",), True),
    ]
    [seen] = app.middleware
    assert {Purpose.HEADERS, Purpose.CORS} <= seen.purposes
    assert seen.options == {"X-Frame-Options": "DENY", "Access-Control-Allow-Origin": "*"}


def test_strange_code_is_read_without_a_crash() -> None:
    """Calls without arguments, decorators that are no names, classes without bases."""
    project(
        main="""
        from flask import Flask, Blueprint
        from flask_restful import Api
        app = Flask()
        bp = Blueprint()
        api = Api()
        app.register_blueprint()
        app.register_blueprint(*[bp])
        app.add_url_rule()
        app.add_url_rule("/x", view_func=lambda: 1)
        api.add_resource()
        app.errorhandler()
        app.run(**{})
        for a, (b, c) in []:
            app.register_blueprint(b)
        @app.route
        def a(): ...
        @app.route()
        def b(): ...
        @(lambda f: f)
        @app.route("/c", methods=None)
        def c(): ...
        @app.before_request
        def d(*_): ...
        app = app
        """
    )


def test_a_preprocessor_of_urls_guards_the_routes_with_its_parameter() -> None:
    """`url_value_preprocessor` that takes `project` out of the path and refuses."""
    app = project(
        main="""
        from flask import Flask, abort, session
        app = Flask(__name__)
        @app.url_value_preprocessor
        def pull(endpoint, values):
            if endpoint == "enter":
                return
            name = values.pop("project", None)
            if name and not session.get("user_id"):
                abort(401)
        @app.route("/<project>/bills")
        def bills(): ...
        @app.route("/<project>/enter")
        def enter(): ...
        @app.route("/about")
        def about(): ...
        """
    )
    assert is_known(app, "GET /{project}/bills")
    assert not is_known(app, "GET /{project}/enter")
    assert not is_known(app, "GET /about")


def test_a_loop_over_all_exceptions_registers_a_general_handler() -> None:
    """`for each in default_exceptions: app.register_error_handler(each, handler)`."""
    app = project(
        main="""
        from flask import Flask
        from werkzeug.exceptions import default_exceptions
        app = Flask(__name__)
        def failed(error): ...
        for each in default_exceptions:
            app.register_error_handler(each, failed)
        for code in (403, 404):
            app.register_error_handler(code, failed)
        """
    )
    assert [(each.errors, each.is_general) for each in app.error_handlers] == [
        (("werkzeug.exceptions.default_exceptions",), True),
        (("403", "404"), False),
    ]
