"""What a guard is for: by its name, by its body, and what a handler checks itself."""

import textwrap

import pytest
from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.frameworks.purposes import Purposes
from backwright_workbench.codebase.frameworks.wording import named_purposes

WHO = {Purpose.AUTHENTICATION}
RIGHT = {Purpose.AUTHENTICATION, Purpose.AUTHORIZATION}


def purposes(**files: str) -> Purposes:
    app = read_application({f"{name}.py": textwrap.dedent(text) for name, text in files.items()})
    made = Purposes(app)
    made.app = app  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        *((each, WHO) for each in (
            "login_required", "get_current_user", "jwt_required", "token_required", "requires_auth", "IsAuthenticated",
            "verify_api_key", "get_current_active_user", "auth.login_required", "oauth2_scheme", "JWTBearer",
            "LoginRequiredMixin", "isLoggedIn", "protected", "verify_token", "check_auth", "signin_required",
        )),
        *((each, RIGHT) for each in (
            "require_role", "admin_only", "admin_required", "IsAdminUser", "permission_required", "has_role",
            "get_current_superuser", "IsOwnerOrReadOnly", "staff_member_required", "roles_accepted", "can_edit_post",
        )),
        *((each, {Purpose.RATE_LIMIT}) for each in ("limiter.limit", "throttle", "ratelimit", "SlowAPIMiddleware")),
        *((each, set()) for each in ("csrf_exempt", "AllowAny", "require_POST", "get_settings", "GZipMiddleware")),
        ("get_db", {Purpose.DATABASE}),
        ("CSRFProtect", {Purpose.CSRF}),
    ],
)  # fmt: skip
def test_a_name_says_what_a_guard_is_for(name: str, wanted: set[Purpose]) -> None:
    """Word by word, however it is spelled."""
    assert named_purposes(name) == wanted


def test_a_body_says_what_a_guard_is_for() -> None:
    """A dependency that reads a token and refuses is authentication whatever its name; one that looks up is not."""
    found = purposes(deps="""
        import jwt
        from fastapi import Depends, Header, HTTPException
        from fastapi.security import OAuth2PasswordBearer

        bearer = OAuth2PasswordBearer(tokenUrl="login")
        open_bearer = OAuth2PasswordBearer(tokenUrl="login", auto_error=False)

        def whoever(token: str = Depends(bearer)):
            return jwt.decode(token, "k", algorithms=["HS256"])

        def chief(person=Depends(whoever)):
            if person.role != "chief":
                raise HTTPException(403)
            return person

        def perhaps(token: str = Depends(open_bearer)):
            if token is None:
                return None
            return token

        def article(slug: str, repo=None):
            if not repo:
                raise HTTPException(404)
            return repo
        """)  # fmt: skip
    assert found.of("deps.whoever") == WHO
    assert not found.is_optional("deps.whoever")
    assert found.of("deps.chief") == RIGHT
    assert found.is_optional("deps.perhaps")
    assert found.of("deps.article") == {Purpose.OTHER}


def test_a_decorator_is_read_with_what_it_wraps() -> None:
    """The wrapper inside refuses; a factory of decorators goes one deeper."""
    found = purposes(deco="""
        from functools import wraps
        from flask import session, redirect, abort, g, request

        def members(f):
            @wraps(f)
            def inner(*args, **kwargs):
                if "user_id" not in session:
                    return redirect("/login")
                return f(*args, **kwargs)
            return inner

        def only(role):
            def wrap(f):
                @wraps(f)
                def inner(*args, **kwargs):
                    if g.user.role != role:
                        abort(403)
                    return f(*args, **kwargs)
                return inner
            return wrap

        def timed(f):
            @wraps(f)
            def inner(*args, **kwargs):
                return f(*args, **kwargs)
            return inner
        """)  # fmt: skip
    assert found.of("deco.members") == WHO
    assert Purpose.AUTHORIZATION in found.of("deco.only")
    assert found.of("deco.timed") == {Purpose.OTHER}


HANDLERS = """
    from flask import abort, g, jsonify, redirect, request, session, url_for
    from flask_login import current_user
    from flask_jwt_extended import get_jwt_identity
    import helpers

    def by_helper():
        answer = helpers.validator(request.headers.get("Authorization"))
        if "error" in answer:
            return jsonify(answer), 401
        return answer

    def by_session():
        user_id = session.get("user_id")
        if not user_id:
            return redirect(url_for("auth.login"))
        return "hello"

    def owned(item_id):
        item = Item.query.get(item_id)
        if item.owner_id != current_user.id:
            abort(403)
        return item

    def scoped(item_id):
        return Item.query.filter(Item.id == item_id, Item.owner_id == get_jwt_identity()).first()

    def scoped_sql(item_id):
        return db.execute("SELECT * FROM items WHERE id = ? AND user_id = ?", (item_id, session["user_id"]))

    def managed():
        if not current_user.is_admin:
            abort(403)

    def login():
        user = User.query.filter_by(name=request.form["name"]).first()
        if not user or not user.check_password(request.form["password"]):
            return "wrong", 401
        session["user_id"] = user.id
        return redirect("/")

    def public(item_id):
        item = Item.query.get(item_id)
        if item is None:
            abort(404)
        return jsonify(role=item.role)

    def own_page():
        return User.query.filter_by(id=session["user_id"]).first()

    def register():
        data = request.get_json()
        if data["role"] not in ("a", "b"):
            return jsonify(error="role"), 400
    """
HELPERS = """
    import jwt

    def validator(header):
        try:
            return jwt.decode(header.split(" ")[1], "k", algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return {"error": "no"}
    """


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("by_helper", WHO), ("by_session", WHO), ("owned", RIGHT), ("scoped", RIGHT), ("scoped_sql", RIGHT),
        ("managed", RIGHT), ("login", set()), ("public", set()),
        ("own_page", WHO), ("register", set()),
    ],
)  # fmt: skip
def test_a_handler_checks_in_its_own_body(name: str, wanted: set[Purpose]) -> None:
    """Tokens, sessions, owners and roles; a login, a public page and a form are no checks."""
    found = purposes(views=HANDLERS, helpers=HELPERS)
    function = found.app.project.functions[f"views.{name}"]  # type: ignore[attr-defined]
    assert {each for guard in found.body_guards(function) for each in guard.purposes} == wanted


ASYNC_HANDLERS = """
    from fastapi import Cookie, Depends, FastAPI, Header, HTTPException, Request
    from auth import find_by_token, get_current_user, verify_token
    import crud
    app = FastAPI()

    def by_header(x_api_key: str = Header(...)):
        if x_api_key != KEY:
            raise HTTPException(status_code=403)

    def by_lookup(token: str = Header(None)):
        user = find_by_token(token)
        if not user:
            raise HTTPException(401, "no")

    def by_query(token: str):
        payload = verify_token(token)
        if payload is None:
            raise HTTPException(status_code=401, detail="no")

    def by_session(request: Request):
        if not request.session.get("user"):
            return RedirectResponse("/login")

    def by_role(user: dict = Depends(get_current_user)):
        if user["role"] != "admin":
            raise HTTPException(status_code=400, detail="not enough")

    def owned(item_id: int, current_user=Depends(get_current_user)):
        item = crud.get(item_id)
        if not item or item.owner_id != current_user.id:
            raise HTTPException(404)

    def handed_on(item_id: int, current_user=Depends(get_current_user)):
        return crud.get_owned(item_id, current_user.id)

    def document(item_id: str, current_user=Depends(get_current_user)):
        return db.items.find_one({"_id": item_id, "owner": current_user["_id"]})

    def either_way(item_id: int, current_user=Depends(get_current_user)):
        if vulnerable:
            return Item.query.filter_by(id=item_id).first()
        else:
            return Item.query.filter_by(id=item_id, owner=current_user).first()

    def anybodys(item_id: int, current_user=Depends(get_current_user)):
        return crud.get(item_id)

    def own(current_user=Depends(get_current_user)):
        return db.query(User).filter(User.id == current_user.id).first()

    def login(form):
        user = crud.authenticate_user(form.username, form.password)
        if not user:
            raise HTTPException(401)
        return crud.create_access_token(user)

    def looked_up(user_id: int):
        user = crud.get_user(user_id)
        if user is None:
            raise HTTPException(404)
        return user

    def new_item(item, current_user=Depends(get_current_user)):
        return Item(**item.dict(), owner_id=current_user.id)
    """
CRUD = """
    def get(item_id):
        return db.query(Item).get(item_id)
    def get_owned(item_id, owner_id):
        return db.query(Item).filter(Item.id == item_id, Item.owner_id == owner_id).first()
    def get_user(user_id):
        return db.query(User).get(user_id)
    def authenticate_user(name, password):
        user = db.query(User).filter(User.name == name).first()
        return user if user and check(password, user.password) else None
    def create_access_token(user):
        return jwt.encode({"sub": user.name}, "k")
    """
AUTH = """
    import jwt
    def verify_token(token):
        try:
            return jwt.decode(token, "k", algorithms=["HS256"])
        except jwt.PyJWTError:
            return None
    def find_by_token(token):
        return db.query(User).filter(User.token == token).first()
    """


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("by_header", WHO), ("by_lookup", WHO), ("by_query", WHO), ("by_session", WHO), ("by_role", RIGHT),
        ("owned", {Purpose.AUTHORIZATION}), ("handed_on", {Purpose.AUTHORIZATION}),
        ("document", {Purpose.AUTHORIZATION}), ("either_way", set()), ("anybodys", set()), ("own", set()),
        ("login", set()), ("looked_up", set()), ("new_item", set()),
    ],
)  # fmt: skip
def test_a_handler_checks_what_its_dependencies_tell_it(name: str, wanted: set[Purpose]) -> None:
    """The caller comes in by parameters; owners are compared here or in what is called; one way alone is no check."""
    found = purposes(views=ASYNC_HANDLERS, crud=CRUD, auth=AUTH)
    function = found.app.project.functions[f"views.{name}"]  # type: ignore[attr-defined]
    told = {each for guard in found.body_guards(function) for each in guard.purposes}
    assert told - ({Purpose.AUTHENTICATION} - wanted if Purpose.AUTHORIZATION in wanted else set()) == wanted
