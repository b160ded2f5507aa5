"""Flask applications, blueprints and APIs, and what hangs on what.

What lives here: finding them, their prefixes across files. What must not: routes, hooks, guards.
"""

from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Module
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.frameworks.instances import Instance, Instances
from backwright_workbench.codebase.frameworks.paths import join, text_of
from backwright_workbench.codebase.frameworks.purposes import Purposes

CLASSES = {
    "flask.Flask": "app", "flask.app.Flask": "app", "quart.Quart": "app", "quart.app.Quart": "app",
    "quart_trio.QuartTrio": "app", "apiflask.APIFlask": "app", "flask_openapi3.OpenAPI": "app",
    "flask_api.FlaskAPI": "app", "connexion.App": "app", "connexion.FlaskApp": "app", "connexion.AsyncApp": "app",
    "connexion.AioHttpApp": "app", "flask.Blueprint": "blueprint", "flask.blueprints.Blueprint": "blueprint",
    "quart.Blueprint": "blueprint", "apiflask.APIBlueprint": "blueprint",
    "flask_openapi3.APIBlueprint": "blueprint", "flask_smorest.Blueprint": "blueprint",
    "flask_smorest.blueprint.Blueprint": "blueprint", "flask_rest_api.Blueprint": "blueprint",
    "flask_restx.Namespace": "namespace", "flask_restplus.Namespace": "namespace", "flask_restful.Api": "api",
    "flask_restx.Api": "api", "flask_restplus.Api": "api", "flask_smorest.Api": "api", "flask_rest_api.Api": "api",
}  # fmt: skip
"""What makes them, by full name."""
EXTENSIONS = {
    "flask_cors.CORS": Purpose.CORS,
    "flask_cors.extension.CORS": Purpose.CORS,
    "quart_cors.cors": Purpose.CORS,
    "flask_limiter.Limiter": Purpose.RATE_LIMIT,
    "flask_limiter.extension.Limiter": Purpose.RATE_LIMIT,
    "quart_rate_limiter.RateLimiter": Purpose.RATE_LIMIT,
    "flask_ipban.IpBan": Purpose.RATE_LIMIT,
    "flask_talisman.Talisman": Purpose.HEADERS,
    "flask_talisman.talisman.Talisman": Purpose.HEADERS,
    "flask_sslify.SSLify": Purpose.HEADERS,
    "flask_wtf.CSRFProtect": Purpose.CSRF,
    "flask_wtf.CsrfProtect": Purpose.CSRF,
    "flask_wtf.csrf.CSRFProtect": Purpose.CSRF,
    "flask_wtf.csrf.CsrfProtect": Purpose.CSRF,
    "flask_seasurf.SeaSurf": Purpose.CSRF,
    "flask_session.Session": Purpose.SESSION,
    "flask_login.LoginManager": Purpose.SESSION,
    "flask_security.Security": Purpose.SESSION,
    "flask_paranoid.Paranoid": Purpose.SESSION,
    "flask_caching.Cache": Purpose.CACHE,
    "flask_cache.Cache": Purpose.CACHE,
    "flask_jwt_extended.JWTManager": Purpose.OTHER,
    "flask_jwt.JWT": Purpose.OTHER,
    "flask_httpauth.HTTPBasicAuth": Purpose.OTHER,
    "flask_bcrypt.Bcrypt": Purpose.OTHER,
    "flask_compress.Compress": Purpose.OTHER,
    "flask_principal.Principal": Purpose.OTHER,
}
"""Extensions and what they are for. What only makes checks possible (a login manager) is none for authentication."""
MOUNTING = ("register_blueprint", "add_namespace", "register_api")
DEEPEST = 6


@dataclass(slots=True, eq=False)
class Mount:
    """Something that hangs on something else; `prefix` is None where the child's own one counts."""

    parent: Instance
    child: Instance
    prefix: str | None


@dataclass(slots=True, eq=False)
class Hung:
    """A way from an application to something that hangs on it: `chain` begins with the application."""

    prefix: str
    chain: tuple[Instance, ...]


class Tree:
    """All of a project's applications with what hangs on them."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.instances = Instances(
            app, CLASSES | dict.fromkeys(EXTENSIONS, "extension"), {"namespace": "namespace"}
        )
        self.purposes = Purposes(app)
        self.mounts: list[Mount] = []
        self.is_complete = True
        """Whether all that is registered is known; if not, nothing is called unreachable."""
        self._hung: dict[int, list[Hung]] = {}
        for each in app.calls(*MOUNTING):
            self._mount(each.node, each.function, each.module)
        for made in self.instances.of_kind("api", "namespace"):
            self._made_on(made)
        for each in app.calls("init_app"):
            self._init_app(each.node, each.function, each.module)

    def resolve(self, node: s.Node | None, function: Function | None, module: Module) -> Instance | None:
        """The application, blueprint or API that an expression means; the one nearby for `current_app` or `app`."""
        found = self.instances.resolve(node, function, module)
        if found is not None:
            return found
        if s.refers(node) in ("flask.current_app", "quart.current_app"):
            return self.instances.nearest(module, "app")
        is_given = isinstance(node, s.Name) and function is not None and _is_param(node.id, function)
        if (is_given or _is_own(node)) and s.last_name(node) in (
            "app",
            "application",
            "flask_app",
            "server",
            "_app",
        ):
            return self.instances.nearest(module, "app")
        return None

    def hung(self, instance: Instance) -> list[Hung]:
        """Each way from an application to this; without one, only its own prefix."""
        known = self._hung.get(id(instance))
        if known is None:
            known = self._hung[id(instance)] = self._ways(instance, frozenset()) or [
                Hung(self.own_prefix(instance), (instance,))
            ]
        return known

    def is_reachable(self, instance: Instance) -> bool:
        """Whether it is an application or hangs on one, as far as that is known."""
        return not self.is_complete or any(each.chain[0].kind == "app" for each in self.hung(instance))

    def own_prefix(self, instance: Instance) -> str:
        """The prefix that it is made with."""
        call = instance.call
        if instance.kind == "namespace":
            path = text_of(call.keyword("path"), self.app.project)
            name = text_of(call.argument(0, "name"), self.app.project)
            return path if path is not None else f"/{name}" if name else ""
        given = call.keyword("url_prefix") or call.keyword("prefix")
        if given is None and instance.kind == "api" and len(call.args) > 1 and "restful" in call.refers:
            given = call.args[1]
        return text_of(given, self.app.project) or ""

    def _ways(self, instance: Instance, seen: frozenset[int]) -> list[Hung]:
        if instance.kind == "app":
            return [Hung(self._base_path(instance), (instance,))]
        if id(instance) in seen or len(seen) > DEEPEST:
            return []
        found = []
        for mount in self.mounts:
            if mount.child is instance:
                prefix = mount.prefix if mount.prefix is not None else self.own_prefix(instance)
                above = self._ways(mount.parent, seen | {id(instance)}) or (
                    [Hung(self.own_prefix(mount.parent), (mount.parent,))] if not seen else []
                )
                found += [Hung(join(way.prefix, prefix), (*way.chain, instance)) for way in above]
        return found

    def _base_path(self, instance: Instance) -> str:
        return text_of(instance.call.keyword("url_prefix"), self.app.project) or ""

    def _mount(self, call: s.Call, function: Function | None, module: Module) -> None:
        if not isinstance(call.callee, s.Attribute) or not call.args:
            return
        parent = self.resolve(call.callee.base, function, module)
        if parent is None:
            if call.name != "register_blueprint":
                return
            parent = self.instances.nearest(module, "app")
        given = call.keyword("url_prefix") or call.keyword("path")
        if given is None and len(call.args) > 1 and call.name == "add_namespace":
            given = call.args[1]
        options = _spread(call)
        for child, where, home in self.instances.several(call.args[0], function, module):
            found = self.resolve(child, where, home)
            if found is None or found.kind == "app":
                self.is_complete = self.is_complete and found is not None
            elif parent is not None:
                prefix = text_of(given or options.get("url_prefix"), self.app.project)
                self.mounts.append(Mount(parent, found, prefix))

    def _made_on(self, made: Instance) -> None:
        """`Api(app)`, `Api(blueprint)`, `Api(app=app)`; `api.namespace("users")`."""
        given = made.call.argument(0, "app") or made.call.keyword("blueprint")
        if made.call.name == "namespace" and isinstance(made.call.callee, s.Attribute):
            given = made.call.callee.base
        elif made.kind != "api":
            return
        parent = self.resolve(given, made.function, made.module)
        if parent is not None and parent is not made:
            self.mounts.append(Mount(parent, made, None))

    def _init_app(self, call: s.Call, function: Function | None, module: Module) -> None:
        if isinstance(call.callee, s.Attribute) and call.args:
            child = self.resolve(call.callee.base, function, module)
            parent = self.resolve(call.args[0], function, module)
            if child is not None and parent is not None and child is not parent and child.kind == "api":
                self.mounts.append(Mount(parent, child, None))


def _spread(call: s.Call) -> dict[str, s.Expression]:
    """The options that are given as `**{…}`."""
    found = {}
    for each in call.keywords:
        if not each.name and isinstance(each.value, s.Pairs):
            for key, value in zip(each.value.keys, each.value.values, strict=True):
                name = s.text_of(key)
                if name:
                    found[name] = value
    return found


def _is_param(name: str, function: Function | None) -> bool:
    while function is not None:
        if function.param(name) is not None:
            return True
        function = function.inside
    return False


def _is_own(node: s.Node | None) -> bool:
    return isinstance(node, s.Attribute) and isinstance(node.base, s.Name) and node.base.id in ("self", "cls")
