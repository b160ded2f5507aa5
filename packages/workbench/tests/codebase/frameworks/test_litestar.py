"""Routes of Litestar: layers above them, guards and exemptions, dependencies by name."""

import textwrap

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.web import Level, Purpose, Route

WHO = Purpose.AUTHENTICATION
RIGHT = Purpose.AUTHORIZATION


def application(files: dict[str, str]) -> Application:
    return read_application({path: textwrap.dedent(text) for path, text in files.items()})


def routes(app: Application) -> dict[str, Route]:
    return {str(each): each for each in app.routes}


LIBRARY = {
    "lib/__init__.py": "",
    "lib/guards.py": """
        from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
        def logged(connection, handler):
            if not connection.user:
                raise NotAuthorizedException()
        def librarians(connection, handler):
            if not connection.user.is_admin:
                raise PermissionDeniedException()
        """,
    "lib/schemas.py": """
        from dataclasses import dataclass
        @dataclass
        class Book:
            title: str
        """,
    "lib/books.py": """
        from typing import Annotated
        from litestar import Controller, get, post, delete
        from litestar.di import Provide
        from litestar.params import Parameter
        from .guards import librarians, logged
        from .schemas import Book
        async def get_paging(limit: int = 20, offset: int = 0): ...
        async def get_current_user(request): ...
        class BookController(Controller):
            path = "/books"
            dependencies = {"paging": Provide(get_paging), "current_user": get_current_user}
            @get()
            async def list_books(self, paging: object) -> list[Book]: ...
            @get("/{book_id:int}")
            async def get_book(self, book_id: int, page: Annotated[int, Parameter(le=50)] = 1) -> Book: ...
            @post(guards=[logged])
            async def create_book(self, data: Book, current_user: object) -> Book: ...
            @delete("/{book_id:int}", guards=[librarians])
            async def delete_book(self, book_id: int) -> None: ...
        """,
    "lib/app.py": """
        from litestar import Litestar, Router, get
        from litestar.config.cors import CORSConfig
        from litestar.middleware.rate_limit import RateLimitConfig
        from lib.books import BookController
        from lib.guards import logged
        limits = RateLimitConfig(rate_limit=("minute", 10), exclude=["/schema"])
        @get("/health", sync_to_thread=False)
        def health() -> dict: ...
        @get("/reports")
        async def reports() -> dict: ...
        @get("/nowhere")
        async def nowhere() -> dict: ...
        inner = Router(path="/inner", route_handlers=[reports], guards=[logged])
        api = Router(path="/api", route_handlers=[BookController, inner])
        def failed(request, error): ...
        def create_app() -> Litestar:
            return Litestar(
                route_handlers=[health, api], middleware=[limits.middleware], debug=True,
                cors_config=CORSConfig(allow_origins=["*"]), exception_handlers={Exception: failed},
            )
        app = create_app()
        """,
}


def test_paths_join_through_the_layers() -> None:
    """Handler, controller, routers and application; what is registered nowhere is not reachable."""
    found = routes(application(LIBRARY))
    assert set(found) == {
        "GET /api/books", "GET /api/books/{book_id}", "POST /api/books", "DELETE /api/books/{book_id}", "GET /health",
        "GET /api/inner/reports", "GET /nowhere",
    }  # fmt: skip
    assert [str(each) for each in found.values() if not each.is_reachable] == ["GET /nowhere"]


def test_guards_of_each_layer_stand_before_a_handler() -> None:
    """Of the handler and of its router; the limit of the application is before all of them."""
    found = routes(application(LIBRARY))
    assert not found["GET /api/books"].guarded(WHO)
    assert found["POST /api/books"].guarded(WHO)
    assert found["DELETE /api/books/{book_id}"].guarded(RIGHT)
    assert [each.level for each in found["GET /api/inner/reports"].guarded(WHO)] == [Level.ROUTER]
    assert found["GET /health"].guarded(Purpose.RATE_LIMIT)


def test_parameters_and_dependencies_go_by_name() -> None:
    """`data` is the body; what a dependency takes, its handler takes."""
    found = routes(application(LIBRARY))

    def told(name: str) -> set[tuple[str, str, bool]]:
        return {(each.source, each.name, each.has_maximum) for each in found[name].parameters}

    assert told("GET /api/books") == {("query", "limit", False), ("query", "offset", False)}
    assert told("GET /api/books/{book_id}") == {("path", "book_id", False), ("query", "page", True)}
    assert told("POST /api/books") == {("body", "data", False)}
    assert found["GET /api/books"].answers_many


def test_an_application_has_options_middleware_and_handlers() -> None:
    """Configuration objects count as middleware."""
    app = application(LIBRARY)
    assert [each.options.get("debug") for each in app.apps] == [True]
    assert {purpose for each in app.middleware for purpose in each.purposes} == {
        Purpose.CORS,
        Purpose.RATE_LIMIT,
    }
    assert [each.is_general for each in app.error_handlers] == [True]


def test_authentication_of_the_whole_application_leaves_out_what_it_excludes() -> None:
    """By pattern and by `exclude_from_auth`."""
    found = routes(application({"app.py": """
        from litestar import Litestar, get, post
        from litestar.security.jwt import JWTAuth
        auth = JWTAuth[User](retrieve_user_handler=load, token_secret="s", exclude=["/login", "/schema"])
        @post("/login")
        async def login(data: dict) -> None: ...
        @get("/open", exclude_from_auth=True)
        async def open_one() -> None: ...
        @get("/closed")
        async def closed() -> None: ...
        app = Litestar([login, open_one, closed], on_app_init=[auth.on_app_init])
        """}))  # fmt: skip
    assert not found["POST /login"].guarded(WHO)
    assert not found["GET /open"].guarded(WHO)
    assert found["GET /closed"].guarded(WHO)


def test_any_shape_of_code_is_read() -> None:
    """Wrong arity and odd values end in fewer facts, never in a failure."""
    application({"app.py": """
        from litestar import Litestar, Router, Controller, get, route
        @get
        def a(): ...
        @get(5, guards=3, dependencies=x, opt=[])
        def b(*a, **k): ...
        @route()
        def c(): ...
        class D(Controller):
            path = 5
            guards = x
            @get([], guards=[*x, 4])
            def e(): ...
        r = Router(r, route_handlers=[r, 5, *x])
        Litestar(*r, route_handlers=x, middleware=[5, x.middleware], on_app_init=[5], exception_handlers={**x, 5: 6})
        """})  # fmt: skip
