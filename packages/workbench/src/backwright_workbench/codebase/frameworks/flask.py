"""Flask, Quart and what builds on them → routes, guards, middleware, error handlers.

What lives here: the order of reading. What must not: spellings (`flask_*.py`).
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.values import sure_options
from backwright_workbench.codebase.facts.web import WebApp
from backwright_workbench.codebase.frameworks import flask_extensions, flask_hooks
from backwright_workbench.codebase.frameworks.connexion import operation_routes
from backwright_workbench.codebase.frameworks.flask_routes import decorated_routes, rule_routes
from backwright_workbench.codebase.frameworks.flask_tree import Tree
from backwright_workbench.codebase.frameworks.flask_views import view_routes

PACKAGES = (
    "flask", "quart", "connexion", "flask-restful", "flask-restx", "flask-restplus", "flask-smorest", "apiflask",
    "flask-openapi3", "flask-appbuilder",
)  # fmt: skip


def read(app: Application) -> None:
    """Fills what these frameworks say; nothing if the project uses none of them."""
    if not app.depends_on(*PACKAGES):
        return
    tree = Tree(app)
    if not tree.instances.of_kind("app", "blueprint", "api", "namespace"):
        return
    found = [*decorated_routes(tree), *rule_routes(tree), *view_routes(tree), *operation_routes(tree)]
    hooks = list(flask_hooks.hooks(tree))
    flask_hooks.guard_routes(tree, found, hooks)
    middleware = [*flask_extensions.extensions(tree), *flask_extensions.answers(tree, hooks)]
    flask_extensions.guard_routes(tree, found, middleware)
    app.routes += [route for route, _ in found]
    app.middleware += middleware
    app.error_handlers += flask_hooks.error_handlers(tree)
    made = _apps(tree)
    app.apps += made
    app.frameworks += [each for each in ("flask", "quart") if any(one.framework == each for one in made)] or [
        "flask"
    ]


def _apps(tree: Tree) -> list[WebApp]:
    """The application objects, with the options they are made and run with."""
    found = []
    for each in tree.instances.of_kind("app"):
        made = sure_options(tree.app, each.call)
        for site in tree.app.calls("run"):
            callee = site.node.callee
            base = callee.base if isinstance(callee, s.Attribute) else None
            if site.node.keywords and tree.resolve(base, site.function, site.module) is each:
                made |= sure_options(tree.app, site.node)
        framework = "quart" if each.call.refers.startswith("quart") else "flask"
        found.append(WebApp(each.key, framework, each.place, made))
    return found
