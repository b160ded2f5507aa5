"""Routes of FastAPI and Starlette: where they hang, what stands before them, what they take and give."""

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


SHOP = {
    "app/__init__.py": "",
    "app/config.py": """
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            api: str = "/api"
        settings = Settings()
        """,
    "app/deps.py": """
        from typing import Annotated
        from fastapi import Depends, HTTPException, Request, Header
        from fastapi.security import OAuth2PasswordBearer
        import jwt
        from .schemas import User
        oauth2_scheme = OAuth2PasswordBearer(tokenUrl="login")
        def get_db():
            yield 1
        async def get_current_user(token: Annotated[str, Depends(oauth2_scheme)], db=Depends(get_db)) -> User:
            try:
                return User(**jwt.decode(token, "k", algorithms=["HS256"]))
            except jwt.PyJWTError:
                raise HTTPException(status_code=401)
        CurrentUser = Annotated[User, Depends(get_current_user)]
        class RoleChecker:
            def __init__(self, roles): self.roles = roles
            def __call__(self, user: CurrentUser):
                if user.role not in self.roles:
                    raise HTTPException(403)
        def require(role):
            def inner(user: CurrentUser):
                if user.role != role:
                    raise HTTPException(403)
            return inner
        class Page:
            def __init__(self, offset: int = 0, limit: int = 20): ...
        """,
    "app/schemas.py": """
        from pydantic import BaseModel, Field
        class User(BaseModel):
            id: int
            role: str = Field(max_length=10)
        class Item(BaseModel):
            name: str
        class Filter(BaseModel):
            limit: int = Field(10, le=100)
        """,
    "app/items.py": """
        from typing import Annotated, List
        from fastapi import APIRouter, Depends, Query, Security, status, UploadFile
        from .deps import CurrentUser, RoleChecker, require, get_current_user, Page
        from .schemas import Item, Filter
        router = APIRouter(prefix="/items")
        inner = APIRouter(dependencies=[Depends(require("admin"))])
        @router.get("", response_model=List[Item])
        def list_items(limit: int = 10, page: int = Query(1, le=50)): ...
        @router.get("/paged")
        def paged(page: Page = Depends()) -> list[Item]: ...
        @router.get("/filtered")
        def filtered(filter: Annotated[Filter, Query()]): ...
        @router.post("/", status_code=status.HTTP_201_CREATED)
        async def create_item(item: Item, user: CurrentUser): ...
        @router.delete("/{item_id:int}", dependencies=[Depends(RoleChecker(["admin"]))])
        async def delete_item(item_id: int): ...
        @router.put("/{item_id}")
        async def update_item(item_id: int, item: Item, user=Security(get_current_user, scopes=["items"])): ...
        @router.post("/upload")
        async def upload(file: UploadFile): ...
        @inner.get("/all")
        def everything(): ...
        router.include_router(inner, prefix="/admin")
        """,
    "app/users.py": """
        from fastapi import APIRouter
        users = APIRouter()
        def me(): ...
        users.add_api_route("/me", me, methods=["GET", "POST"])
        lost = APIRouter()
        @lost.get("/lost")
        def lost_one(): ...
        """,
    "app/main.py": """
        from fastapi import Depends, FastAPI, Request
        from fastapi.middleware.cors import CORSMiddleware
        from fastapi.responses import JSONResponse
        from app import items
        from app.config import settings
        from app.deps import get_current_user
        from app.users import users as user_router
        def create_app():
            app = FastAPI(title="Shop", debug=True)
            for module in (items,):
                app.include_router(module.router, prefix=settings.api)
            register(app)
            app.add_middleware(CORSMiddleware, allow_origins=["*"])
            return app
        def register(application):
            application.include_router(user_router, prefix="/users", dependencies=[Depends(get_current_user)])
            @application.get("/health")
            def health(): ...
        app = create_app()
        @app.exception_handler(Exception)
        async def failed(request: Request, error: Exception):
            return JSONResponse({}, status_code=500)
        @app.middleware("http")
        async def careful(request, call_next):
            response = await call_next(request)
            response.headers["X-Frame-Options"] = "DENY"
            return response
        """,
}


def test_routes_hang_where_their_routers_are_included() -> None:
    """Prefixes of applications, routers and inclusions join, across files, functions and loops."""
    found = routes(application(SHOP))
    assert set(found) == {
        "GET /api/items", "GET /api/items/paged", "GET /api/items/filtered", "POST /api/items/",
        "DELETE /api/items/{item_id}", "PUT /api/items/{item_id}", "POST /api/items/upload", "GET /api/items/admin/all",
        "GET|POST /users/me", "GET /lost", "GET /health",
    }  # fmt: skip
    assert [str(each) for each in found.values() if not each.is_reachable] == ["GET /lost"]
    assert found["POST /api/items/"].action == "create"
    assert found["POST /api/items/"].status == 201
    assert found["GET /api/items"].action == "list"


def test_guards_come_from_every_layer() -> None:
    """Parameters, aliases, decorators, routers, inclusions; factories and classes that are called."""
    found = routes(application(SHOP))
    assert not found["GET /api/items"].guarded(WHO)
    assert found["POST /api/items/"].guarded(WHO)
    assert not found["POST /api/items/"].guarded(RIGHT)
    assert found["DELETE /api/items/{item_id}"].guarded(RIGHT)
    assert found["PUT /api/items/{item_id}"].guarded(RIGHT)
    assert [each.level for each in found["GET /api/items/admin/all"].guarded(RIGHT)] == [Level.ROUTER]
    assert found["GET|POST /users/me"].guarded(WHO)
    assert not found["GET /health"].guards


def test_parameters_come_from_where_fastapi_takes_them() -> None:
    """Query, path, body and file; a dependency's count as the route's; maxima are seen."""
    found = routes(application(SHOP))

    def told(name: str) -> set[tuple[str, str, bool]]:
        return {(each.source, each.name, each.has_maximum) for each in found[name].parameters}

    assert told("GET /api/items") == {("query", "limit", False), ("query", "page", True)}
    assert told("GET /api/items/paged") == {("query", "offset", False), ("query", "limit", False)}
    assert told("GET /api/items/filtered") == {("query", "limit", True)}
    assert told("PUT /api/items/{item_id}") >= {("path", "item_id", False), ("body", "item", False)}
    assert told("POST /api/items/upload") == {("file", "file", False)}
    answers = found["GET /api/items"].answers
    assert answers is not None
    assert answers.name == "Item"
    assert found["GET /api/items/paged"].answers_many


def test_an_application_has_options_middleware_and_handlers() -> None:
    """What is given to it, what sees every request, and what answers errors."""
    app = application(SHOP)
    assert [each.options for each in app.apps] == [{"title": "Shop", "debug": True}]
    purposes = {each.name: each.purposes for each in app.middleware}
    assert purposes["CORSMiddleware"] == {Purpose.CORS}
    assert Purpose.HEADERS in purposes["careful"]
    assert [(each.errors, each.is_general) for each in app.error_handlers] == [(("Exception",), True)]
    assert app.frameworks == ["fastapi"]


def test_middleware_that_refuses_guards_the_paths_it_does_not_let_alone() -> None:
    """An exempt path stays open; without refusal it guards nothing."""
    found = routes(application({"main.py": """
        from fastapi import FastAPI
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import JSONResponse
        OPEN = ["/login", "/docs"]
        class Gate(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                if request.url.path in OPEN:
                    return await call_next(request)
                token = request.headers.get("Authorization")
                if not token:
                    return JSONResponse({}, status_code=401)
                return await call_next(request)
        app = FastAPI()
        app.add_middleware(Gate)
        @app.post("/login")
        def login(): ...
        @app.get("/things")
        def things(): ...
        """}))  # fmt: skip
    assert found["GET /things"].guarded(WHO)
    assert not found["POST /login"].guarded(WHO)


def test_a_class_of_views_shares_its_dependencies() -> None:
    """`cbv` of fastapi-utils: what the class depends on stands before each of its methods."""
    found = routes(application({"main.py": """
        from fastapi import FastAPI, APIRouter, Depends
        from fastapi_utils.cbv import cbv
        from somewhere import get_current_user
        router = APIRouter()
        @cbv(router)
        class Things:
            user = Depends(get_current_user)
            @router.get("/things")
            def things(self, q: str = ""): ...
        app = FastAPI()
        app.include_router(router)
        """}))  # fmt: skip
    assert [each.level for each in found["GET /things"].guarded(WHO)] == [Level.CLASS]
    assert [each.name for each in found["GET /things"].parameters] == ["q"]


def test_routes_of_starlette_are_lists() -> None:
    """`Route`, `Mount`, endpoints that are classes, and guards of a mount."""
    found = routes(application({"main.py": """
        from starlette.applications import Starlette
        from starlette.authentication import requires
        from starlette.endpoints import HTTPEndpoint
        from starlette.routing import Mount, Route, WebSocketRoute
        @requires("authenticated")
        async def home(request): ...
        async def feed(websocket): ...
        class Users(HTTPEndpoint):
            async def get(self, request): ...
            async def post(self, request): ...
        inner = [Route("/{id:int}", home, methods=["PUT"])]
        routes = [Route("/", home), Mount("/users", routes=[Route("/", Users), *inner]), WebSocketRoute("/ws", feed)]
        app = Starlette(routes=routes)
        """}))  # fmt: skip
    assert set(found) == {"GET /", "GET /users/", "POST /users/", "PUT /users/{id}", "WEBSOCKET /ws"}
    assert found["GET /"].guarded(WHO)
    assert not found["GET /users/"].guarded(WHO)
    assert found["GET /"].framework == "starlette"


def test_any_shape_of_code_is_read() -> None:
    """Wrong arity, missing arguments and odd decorators end in fewer facts, never in a failure."""
    application({"main.py": """
        from fastapi import FastAPI, APIRouter, Depends
        app = FastAPI(*a, **k)
        app.include_router()
        app.include_router(*routers)
        app.include_router(app)
        app.add_middleware()
        app.add_api_route()
        app.add_exception_handler(1)
        @app.get()
        @app.post(path=x, dependencies=5, methods=None)
        @app
        @app.get
        @(lambda f: f)
        def f(a=Depends(), b=Depends(f), *c, d: Depends = Depends(1, 2, 3), **e): ...
        @app.exception_handler()
        def g(): ...
        @app.middleware()
        class H: ...
        r = APIRouter(prefix=r, dependencies=[Depends(), 3, *x])
        r.include_router(r)
        for a, b in x: a.include_router(b)
        def k(k): return k(k)
        k(k).get("/")(k)
        """})  # fmt: skip


def test_a_decorator_above_the_route_does_not_guard_it() -> None:
    """What is registered is the function below: a check around it is never called."""
    found = routes(application({"main.py": """
        from fastapi import FastAPI
        from somewhere import login_required
        app = FastAPI()
        @login_required
        @app.get("/open")
        async def left_open(): ...
        @app.get("/closed")
        @login_required
        async def closed(): ...
        """}))  # fmt: skip
    assert not found["GET /open"].guarded(WHO)
    assert found["GET /closed"].guarded(WHO)
