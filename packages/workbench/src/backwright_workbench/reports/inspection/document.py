"""The model of an application → JSON, for programs.

What lives here: filling the shapes. What must not: judging.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from backwright_workbench.codebase.architecture import architecture
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.codebase.habits import conventions, gaps, surroundings
from backwright_workbench.codebase.stack import stack
from backwright_workbench.reports.inspection import shapes as shape
from backwright_workbench.reports.inspection.safe import safe_options, safe_sql

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document(app: Application, name: str, left_out: Iterable[tuple[str, str]]) -> str:
    """The text of the document."""
    return inspection(app, name, left_out).model_dump_json(indent=1, by_alias=True) + "\n"


def inspection_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {"$schema": DIALECT, **shape.Inspection.model_json_schema(by_alias=True)}


def inspection(app: Application, name: str, left_out: Iterable[tuple[str, str]]) -> shape.Inspection:
    """All that is known of a project."""
    built, around = architecture(app), surroundings(app)
    modules = app.project.modules.values()
    return shape.Inspection(
        version=shape.VERSION,
        name=name,
        stack=tuple(map(str, stack(app))),
        frameworks=tuple(app.frameworks),
        orms=tuple(app.orms),
        dependencies=app.dependencies,
        files=len(app.files),
        lines=sum(len(module.lines) for module in modules),
        roles=dict(Counter(str(module.role) for module in modules)),
        packages=tuple(
            shape.ShownPackage(
                name=each.name,
                level=each.level,
                modules=len(each.modules),
                lines=each.lines,
                imports=dict(each.imports),
            )
            for each in built.packages
        ),
        circles=tuple(map(tuple, built.circles)),
        conventions=tuple(conventions(app)),
        gaps=tuple(gaps(app)),
        surroundings=shape.ShownSurroundings(
            tests=around.tests,
            test_modules=around.test_modules,
            ci=around.ci,
            shipped=around.shipped,
            locks=around.locks,
            tools=around.tools,
        ),
        unread=app.unread,
        left_out=dict(left_out),
        **_web(app),
        **_data(app),
        **_rest(app),
    )


def _web(app: Application) -> dict[str, Any]:
    return {
        "apps": tuple(
            shape.ShownApp(
                name=each.name,
                framework=each.framework,
                place=str(each.place),
                options=safe_options(each.options),
            )
            for each in app.apps
        ),
        "routes": tuple(map(_route, app.routes)),
        "middleware": tuple(
            shape.ShownMiddleware(
                name=each.name,
                purposes=_sorted(each.purposes),
                place=str(each.place),
                options=safe_options(each.options),
            )
            for each in app.middleware
        ),
        "error_handlers": tuple(
            shape.ShownErrorHandler(
                errors=each.errors,
                handler=_named(each.handler),
                is_general=each.is_general,
                place=str(each.place),
            )
            for each in app.error_handlers
        ),
        "schemas": tuple(
            shape.ShownSchema(
                name=name,
                kind=each.kind,
                place=str(each.owner.place),
                model=each.model,
                all_fields=each.all_fields,
                allows_extra=each.allows_extra,
                fields=tuple(
                    shape.ShownField(
                        name=field.name,
                        type=field.type,
                        is_required=field.is_required,
                        limits=tuple(field.limits),
                        read_only=field.read_only,
                        write_only=field.write_only,
                    )
                    for field in each.fields
                ),
            )
            for name, each in app.schemas.items()
        ),
    }


def _route(route: Route) -> shape.ShownRoute:
    return shape.ShownRoute(
        methods=tuple(route.methods),
        path=route.path,
        handler=_named(route.handler),
        view=_named(route.view),
        framework=route.framework,
        action=route.action,
        place=str(route.place),
        declared=str(route.declared),
        guards=tuple(
            shape.ShownGuard(
                name=each.name,
                purposes=_sorted(each.purposes),
                level=str(each.level),
                optional=each.optional,
                place=str(each.place),
            )
            for each in route.guards
        ),
        parameters=tuple(
            shape.ShownParameter(
                name=each.name,
                source=each.source,
                type=each.type,
                schema=_named(each.schema),
                has_maximum=each.has_maximum,
            )
            for each in route.parameters
        ),
        answers=_named(route.answers),
        answers_many=route.answers_many,
        status=route.status,
        is_reachable=route.is_reachable,
    )


def _data(app: Application) -> dict[str, Any]:
    return {
        "models": tuple(map(_model, app.models.values())),
        "queries": tuple(map(_query, app.queries)),
        "engines": tuple(
            shape.ShownEngine(
                library=each.library,
                pooled=each.pooled,
                is_async=each.is_async,
                options=safe_options(each.options),
                place=str(each.place),
            )
            for each in app.engines
        ),
        "migrations": tuple(
            shape.ShownMigration(
                tool=each.tool,
                path=each.path,
                revision=each.revision,
                creates=tuple(each.creates),
                reversible=each.reversible,
            )
            for each in app.migrations
        ),
    }


def _model(model: Model) -> shape.ShownModel:
    return shape.ShownModel(
        name=model.name,
        qualified=model.qualified,
        table=model.table,
        orm=model.orm,
        is_abstract=model.is_abstract,
        place=str(model.place),
        columns=tuple(
            shape.ShownColumn(
                name=each.name,
                attribute=each.attribute,
                type=each.type,
                length=each.length,
                primary=each.primary,
                unique=each.unique,
                indexed=each.indexed,
                nullable=each.nullable,
                foreign=each.foreign,
                place=str(each.place),
            )
            for each in model.columns.values()
        ),
        indexes=tuple(
            shape.ShownIndex(columns=tuple(each.columns), unique=each.unique, name=each.name)
            for each in model.indexes
        ),
        relations=tuple(
            shape.ShownRelation(name=each.name, target=each.target, many=each.many, loading=each.loading)
            for each in model.relations.values()
        ),
    )


def _query(query: Query) -> shape.ShownQuery:
    return shape.ShownQuery(
        kind=query.kind,
        via=query.via,
        function=_named(query.function),
        models=tuple(query.models),
        filters=tuple(query.filters),
        orders=tuple(query.orders),
        limited=query.limited,
        many=query.many,
        eager=tuple(query.eager),
        in_loop=query.in_loop,
        is_async=query.is_async,
        is_built=query.is_built,
        sql=safe_sql(query.sql),
        place=str(query.place),
    )


def _rest(app: Application) -> dict[str, Any]:
    return {
        "settings": tuple(
            shape.ShownSetting(
                name=each.name,
                source=each.source,
                environment=each.environment,
                is_set=each.value is not None,
                place=str(each.place),
            )
            for each in app.settings
        ),
        "outgoing": tuple(
            shape.ShownCall(
                library=each.library,
                function=_named(each.function),
                has_timeout=each.has_timeout,
                is_async=each.is_async,
                place=str(each.place),
            )
            for each in app.outgoing
        ),
        "logs": tuple(shape.ShownLog(level=each.level, place=str(each.place)) for each in app.logs),
    }


def _named(each: Function | Class | None) -> str:
    return each.qualified if each is not None else ""


def _sorted(purposes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(map(str, purposes)))
