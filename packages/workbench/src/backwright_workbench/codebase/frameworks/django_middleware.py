"""`MIDDLEWARE` and error views of a Django project.

What lives here: what each middleware is for, and which views it guards. What must not: routes.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.web import ErrorHandler, Guard, Level, Middleware, Purpose, Route
from backwright_workbench.codebase.frameworks.django_project import DjangoProject
from backwright_workbench.codebase.frameworks.guarding import waives

KNOWN = {
    "SecurityMiddleware": Purpose.HEADERS,
    "XFrameOptionsMiddleware": Purpose.HEADERS,
    "ContentSecurityPolicyMiddleware": Purpose.HEADERS,
    "CSPMiddleware": Purpose.HEADERS,
    "SessionMiddleware": Purpose.SESSION,
    "AuthenticationMiddleware": Purpose.SESSION,
    "RemoteUserMiddleware": Purpose.AUTHENTICATION,
    "LoginRequiredMiddleware": Purpose.AUTHENTICATION,
    "CsrfViewMiddleware": Purpose.CSRF,
    "CorsMiddleware": Purpose.CORS,
    "CorsPostCsrfMiddleware": Purpose.CORS,
    "AxesMiddleware": Purpose.RATE_LIMIT,
    "RatelimitMiddleware": Purpose.RATE_LIMIT,
    "DefenderMiddleware": Purpose.RATE_LIMIT,
    "FailedLoginMiddleware": Purpose.RATE_LIMIT,
    "UpdateCacheMiddleware": Purpose.CACHE,
    "FetchFromCacheMiddleware": Purpose.CACHE,
    "CommonMiddleware": Purpose.OTHER,
    "MessageMiddleware": Purpose.OTHER,
    "LocaleMiddleware": Purpose.OTHER,
    "WhiteNoiseMiddleware": Purpose.OTHER,
    "HistoryRequestMiddleware": Purpose.OTHER,
    "OTPMiddleware": Purpose.OTHER,
    "AccountMiddleware": Purpose.OTHER,
}
"""By the last part of the name. `AuthenticationMiddleware` only says who calls; it refuses nobody."""
GUARDING = frozenset({Purpose.AUTHENTICATION, Purpose.CSRF, Purpose.AUTHORIZATION})
PUBLIC = ("login_not_required", "login_exempt", "public")


def middleware(django: DjangoProject, app: str) -> Iterator[Middleware]:
    """What the settings list, in order."""
    for name, place in django.settings.texts("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
        last = name.rpartition(".")[2]
        own = _own(django, name)
        if own is not None:
            purposes = django.purposes.of(own)
            place = own.place
        else:
            purposes = frozenset({KNOWN[last]}) if last in KNOWN else django.purposes.of(name)
        yield Middleware(last, purposes, place, {"class": name}, app)


def _own(django: DjangoProject, name: str) -> Function | Class | None:
    project = django.app.project
    found: Function | Class | None = project.definition(name)
    if found is not None:
        return found
    ending = f".{name}"
    classes = [each for known, each in project.classes.items() if known.endswith(ending)]
    functions = [each for known, each in project.functions.items() if known.endswith(ending)]
    return classes[0] if classes else functions[0] if functions else None


def guard_routes(
    django: DjangoProject, routes: list[Route], known: list[Middleware], exempt: set[int]
) -> None:
    """Adds what middleware does to the routes that are not taken out of it."""
    for each in known:
        purposes = each.purposes & GUARDING
        own = _own(django, str(each.options.get("class", "")))
        if not purposes or (own is not None and django.purposes.is_optional(own)):
            continue
        for route in routes:
            if Purpose.CSRF in purposes and (id(route) in exempt or route.framework == "drf"):
                continue
            handler = route.handler
            decorators = handler.decorators if handler else []
            if Purpose.AUTHENTICATION in purposes and waives(decorators):
                continue
            route.guards.append(Guard(each.name, purposes, Level.APP, each.place))


def error_handlers(django: DjangoProject) -> Iterator[ErrorHandler]:
    """`handler500 = "pages.views.broken"` in a URL module; `EXCEPTION_HANDLER` of REST framework."""
    for name, found in django.app.project.values.items():
        last = name.rpartition(".")[2]
        if last in ("handler400", "handler403", "handler404", "handler500"):
            module, assign = found[-1]
            target = s.text_of(assign.value)
            handler = (
                _own(django, target) if target else django.app.project.definition(s.refers(assign.value))
            )
            view = handler if isinstance(handler, Function) else None
            yield ErrorHandler((last[-3:],), view, module.at(assign), last == "handler500")
    given = django.settings.mapping("REST_FRAMEWORK").get("EXCEPTION_HANDLER")
    text = s.text_of(given)
    own = _own(django, text) if text else None
    if isinstance(own, Function):
        yield ErrorHandler(("rest_framework.exceptions.APIException",), own, own.head, False)
