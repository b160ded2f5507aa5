"""Django and REST framework → routes, guards, middleware, error views.

What lives here: the order of reading, and which reader a view belongs to. What must not: spellings.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Route, WebApp
from backwright_workbench.codebase.frameworks import django_middleware, django_views
from backwright_workbench.codebase.frameworks.django_project import DjangoProject
from backwright_workbench.codebase.frameworks.django_urls import Entry, UrlPatterns
from backwright_workbench.codebase.frameworks.drf_classes import is_drf, is_viewset
from backwright_workbench.codebase.frameworks.drf_routers import Routers
from backwright_workbench.codebase.frameworks.drf_views import DrfViews
from backwright_workbench.codebase.frameworks.instances import Instance
from backwright_workbench.codebase.frameworks.ninja import Ninja


def read(app: Application) -> None:
    """Fills what a Django project says; nothing if there is none."""
    if not app.depends_on("django", "djangorestframework", "rest-framework", "django-ninja", "ninja"):
        return
    django = DjangoProject(app)
    reader = _Reader(django)
    routes = list(reader.routes())
    if not routes and not django.settings.is_found:
        return
    place = django.settings.place or (routes[0].declared if routes else Place("", 1, 1))
    name = place.path.removesuffix(".py").replace("/", ".")
    middleware = list(django_middleware.middleware(django, name))
    django_middleware.guard_routes(django, routes, middleware, reader.exempt)
    app.apps.append(WebApp(name, "django", place))
    app.routes += routes
    app.frameworks += ["django", *(["drf"] if any(each.framework == "drf" for each in routes) else [])]
    app.middleware += middleware
    app.error_handlers += django_middleware.error_handlers(django)


class _Reader:
    """Reads each path of the project with the reader of its view."""

    def __init__(self, django: DjangoProject) -> None:
        self._django = django
        self._views = DrfViews(django)
        self._routers = Routers(django)
        self.exempt: set[int] = set()
        """Ids of routes that are taken out of the protection against forged requests."""

    def routes(self) -> Iterator[Route]:
        """All routes; those of routers that nobody includes come last."""
        django = self._django
        root = s.text_of(django.settings.value("ROOT_URLCONF"))
        included: set[int] = set()
        apis: list[tuple[Instance, Entry]] = []
        for entry in UrlPatterns(django.app, django.instances, root).entries():
            if entry.is_include:
                found = django.instances.resolve(entry.view, entry.function, entry.module)
                if found is not None and found.kind in ("router", "nested"):
                    included.add(id(found))
                    for at, view in self._routers.entries(found, entry):
                        yield from self._views.registered(at, view)
                elif found is not None and found.kind == "ninja":
                    apis.append((found, entry))
            else:
                yield from self._of_view(entry)
        for router in self._routers.all:
            if id(router) not in included:
                at = Entry("", router.call, None, router.module, router.place)
                for entry, view in self._routers.entries(router, at):
                    yield from self._views.registered(entry, view)

        if django.instances.of_kind("ninja", "ninja router"):
            for route in Ninja(django, apis).routes():
                self.exempt.add(id(route))
                yield route

    def _of_view(self, entry: Entry) -> Iterator[Route]:
        django = self._django
        view, around, made = django.unwrapped(entry.view, entry.function)
        if isinstance(view, Function):
            if any(s.last_name(each) == "api_view" for each in view.decorators):
                yield from self._views.function(entry, view, around)
            else:
                yield from self._marked(django_views.function_routes(django, entry, view, around), around)
        elif isinstance(view, Class):
            if is_drf(django, view) or is_viewset(django, view):
                mapping = made.args[0] if made is not None and made.args else None
                yield from self._views.plain(entry, view, mapping)
            else:
                yield from self._marked(django_views.class_routes(django, entry, view, around), around)
        elif isinstance(view, str):
            yield from django_views.foreign_routes(django, entry, view, around)

    def _marked(self, routes: Iterator[Route], around: list[s.Expression]) -> Iterator[Route]:
        for route in routes:
            if django_views.is_exempt(route.view, route.handler, around):
                self.exempt.add(id(route))
            yield route
