"""The composition root: from settings and declarations to an ASGI application.

What lives here: which parts a service is made of. What must not: behaviour, the order in which parts start and stop
(`lifecycle.py`).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from backwright import docs, guard, revisions, stores
from backwright.actor import Actor
from backwright.application import Application
from backwright.audit import Audit
from backwright.bodies import BodyLimits
from backwright.cors import Cors
from backwright.database import Database, Limits
from backwright.error_pages import error_page
from backwright.errors import Error, Unavailable
from backwright.health import Check, Health, require_operator
from backwright.hosts import Hosts, Proxies
from backwright.lifecycle import lifespan
from backwright.limits import Policy
from backwright.mailers import open_mail
from backwright.metrics import MEDIA_TYPE, Metrics
from backwright.middleware import Guards, Identify, Known
from backwright.runtime import Runtime
from backwright.service_version import service_version
from backwright.settings import Settings
from backwright.storage import open_storage
from backwright.watched import watch

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.resource import Resource


def create_app(
    settings: Settings,
    *,
    title: str,
    description: str = "",
    accounts: "Accounts | None" = None,
    resources: "Sequence[Resource]" = (),
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """A service as an ASGI application. The value is a FastAPI application; add routes of your own to it.

    Nothing is opened before the application starts. Raises `resource.Refused` for an unsafe declaration. The
    start raises `guard.RouteWithoutRule` if a route does not say who may call it, and `Unavailable` if the
    database cannot be opened within ten seconds.
    """
    runtime = make_runtime(settings)
    metrics = Metrics(settings.service)
    # backwright: ignore[missing-error-handler, missing-health, missing-rate-limit] `Application` has the handlers,
    # `add_operations_routes` the health, and `make_guards` the limits
    # backwright: ignore[missing-tests] packages/runtime/tests, which is beside this folder
    app = Application(
        title=title,
        description=description,
        version=service_version(settings),
        server=settings.public_url,
        guards=make_guards(runtime, metrics),
        components=lambda: [
            *([runtime.accounts.components()] if runtime.accounts is not None else []),
            *(bound.components() for bound in runtime.resources.values()),
        ],
        lifespan=lifespan,
    )
    app.state.runtime = runtime
    app.state.metrics = metrics
    optional = {"redis": runtime.redis.ping} if runtime.redis is not None else {}
    if settings.files_url.startswith("s3:"):
        optional["files"] = runtime.storage.ping
    if runtime.database.replica is not None:
        optional["replica"] = runtime.database.replica.check
    app.state.health = Health(checks(runtime), settings.metrics_token, optional)
    add_operations_routes(app, metrics)
    if accounts is not None:
        runtime.accounts = accounts.bind(runtime)
        if runtime.accounts.browser is not None:
            app.guards.by_cookie = runtime.accounts.browser.callers.identify
        app.guards.keys = runtime.accounts.api_keys is not None
        app.router.routes.extend(runtime.accounts.routes())
    for resource in resources:
        resource.bind(runtime)
    roles = frozenset(map(str, accounts.roles)) if accounts is not None else frozenset[str]()
    for bound in runtime.resources.values():
        bound.check(roles)
        app.router.routes.extend(bound.routes())
    for router in routers:
        app.include_router(router)
    watch(runtime, metrics)
    return app


def make_runtime(settings: Settings) -> Runtime:
    """The parts that everything else is handed."""
    limits = Limits(
        statement=min(5.0, settings.request_timeout_s),
        connections=settings.database_connections,
        processes=settings.workers,
        prepared=settings.database_prepared,
    )
    database = Database(settings.database_url, limits, stores.source(settings, "database_url"))
    redis = stores.redis(settings)
    database.replica = stores.replica(settings, limits, database, redis)
    return Runtime(
        settings=settings,
        database=database,
        audit=Audit(database),
        limiter=stores.limiter(settings, database, redis),
        cache=stores.cache(settings, database, redis),
        storage=open_storage(settings.files_url, settings.s3_access),
        mail=open_mail(settings),
        redis=redis,
    )


def make_guards(runtime: Runtime, metrics: Metrics) -> Guards:
    """The parts of the perimeter."""
    settings = runtime.settings
    return Guards(
        hosts=Hosts(settings.allowed_hosts),
        proxies=Proxies(settings.trusted_proxies),
        cors=Cors(settings.cors_origins, settings.browser_origins),
        bodies=BodyLimits(settings.max_body_kb * 1024),
        limiter=runtime.limiter,
        policy=Policy.parse(settings.rate_limit),
        metrics=metrics,
        known=knower(runtime),
        identify=identifier(runtime),
        timeout=settings.request_timeout_s,
        secure=settings.in_production,
    )


def knower(runtime: Runtime) -> Known:
    """Whom a request counts as, if that is remembered."""
    return lambda header: runtime.accounts.known(header) if runtime.accounts is not None else None


def identifier(runtime: Runtime) -> Identify:
    """Whom a request counts as.

    Only a token that verifies makes a user: a made-up one is not a fresh quota.
    """

    async def identify(authorization: bytes) -> Actor | None:
        if runtime.accounts is None:
            return None
        try:
            actor = await runtime.accounts.authenticate(authorization.decode("latin-1"))
        except Error:
            return None
        return actor if actor.id is not None else None

    return identify


def add_operations_routes(app: Application, metrics: Metrics) -> None:
    """Probes, metrics and documentation."""
    settings: Settings = app.state.runtime.settings
    health: Health = app.state.health

    @guard.open_to_all
    async def metrics_page(request: Request) -> Response:
        require_operator(request, settings.metrics_token)
        return Response(metrics.render(), headers={"Content-Type": MEDIA_TYPE})

    app.add_route("/health/live", health.live, include_in_schema=False)
    app.add_route("/health/ready", health.ready, include_in_schema=False)
    app.add_route("/metrics", metrics_page, include_in_schema=False)
    app.add_route("/docs/errors", error_page, include_in_schema=False)
    if settings.docs_enabled:
        docs.mount(app)


def checks(runtime: Runtime) -> Mapping[str, Check]:
    """What the service cannot work without."""
    folder = runtime.settings.migrations
    found: dict[str, Check] = {"database": runtime.database.ping}
    if (folder / "env.py").exists():
        head = revisions.head(folder)

        async def migrated() -> None:
            current = await runtime.database.revision()
            if current != head:
                raise Unavailable(f"the database is at {current}, the code needs {head}: migrate up")

        found["migrations"] = migrated
    return found
