"""Routes of Django Ninja."""

from web_routes import guards, inputs, is_known, project, route


def test_operations_hang_on_the_api_that_the_url_module_includes() -> None:
    """Routers by object and by name; `auth` of the operation, the router or the API, whichever is nearest."""
    app = project(
        settings="ROOT_URLCONF = 'urls'",
        urls="""
        from django.urls import path
        from api import api
        urlpatterns = [path("api/", api.urls)]
        """,
        api="""
        from ninja import NinjaAPI, Schema
        from ninja.security import HttpBearer, django_auth
        import events

        class Token(HttpBearer):
            def authenticate(self, request, token):
                return token == "x"

        api = NinjaAPI(auth=Token())
        api.add_router("/events/", events.router)
        api.add_router("/open", "public.router", auth=None)

        class ItemIn(Schema):
            name: str

        @api.post("/items/{int:item_id}", response=ItemIn)
        def save(request, item_id: int, data: ItemIn, q: str = ""): ...

        @api.get("/hello", auth=None)
        def hello(request): ...
        """,
        events="""
        from typing import List
        from ninja import Router
        from ninja.pagination import paginate
        from ninja.security import django_auth
        from api import ItemIn
        router = Router(auth=django_auth)
        @router.get("/", response=List[ItemIn])
        @paginate
        def events(request): ...
        """,
        public="""
        from ninja import Router
        router = Router()
        @router.delete("/{id}")
        def remove(request, id: int): ...
        """,
    )
    assert is_known(app, "POST /api/items/{item_id}")
    assert "Token" in guards(app, "POST /api/items/{item_id}")
    assert inputs(app, "POST /api/items/{item_id}") == {("path", "item_id"), ("body", "data"), ("query", "q")}
    assert not is_known(app, "GET /api/hello")
    assert "django_auth" in guards(app, "GET /api/events/")
    assert route(app, "GET /api/events/").answers_many
    assert route(app, "GET /api/events/").is_paginated
    assert not is_known(app, "DELETE /api/open/{id}")
    assert all(each.is_reachable for each in app.routes)
