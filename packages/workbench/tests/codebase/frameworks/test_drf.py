"""Routes of REST framework: viewsets with routers, permissions by action, defaults of the settings."""

from backwright_workbench.codebase.facts.web import Purpose
from web_routes import guards, inputs, is_known, project, route

SETTINGS = """
    INSTALLED_APPS = ["rest_framework"]
    ROOT_URLCONF = "urls"
    REST_FRAMEWORK = {
        "DEFAULT_PERMISSION_CLASSES": ("rest_framework.permissions.IsAuthenticated",),
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 20,
    }
"""
URLS = """
    from django.urls import include, path
    from rest_framework.routers import DefaultRouter
    from api import views

    router = DefaultRouter()
    router.register(r"notes", views.NoteViewSet, basename="note")
    router.register("users", views.UserViewSet)
    urlpatterns = [
        path("api/", include(router.urls)),
        path("api/ping/", views.ping),
        path("api/count/", views.count),
        path("api/tags/", views.Tags.as_view()),
        path("api/tags/<int:pk>/", views.Tag.as_view()),
        path("api/me/", views.UserViewSet.as_view({"get": "me"})),
    ]
"""
VIEWS = """
    from rest_framework import generics, permissions, viewsets
    from rest_framework.decorators import action, api_view, permission_classes
    from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated
    from api.permissions import IsOwner, ReadOnly
    from api.serializers import NoteIn, NoteOut, TagSerializer

    class NoteViewSet(viewsets.ModelViewSet):
        serializer_class = NoteOut
        permission_classes = [IsAuthenticated & IsOwner]

        def get_queryset(self):
            return Note.objects.filter(owner=self.request.user)

        def get_serializer_class(self):
            if self.action in ("create", "update"):
                return NoteIn
            return super().get_serializer_class()

        @action(detail=True, methods=["post"], url_path="publish", permission_classes=[IsAdminUser])
        def make_public(self, request, pk=None):
            return request.data["when"]

    class UserViewSet(viewsets.GenericViewSet):
        pagination_class = None

        def get_permissions(self):
            if self.action == "create":
                permission_classes = [AllowAny]
            elif self.request.method in permissions.SAFE_METHODS:
                permission_classes = [ReadOnly | IsAdminUser]
            else:
                permission_classes = [IsAdminUser]
            return [permission() for permission in permission_classes]

        def list(self, request): ...
        def create(self, request): ...
        def destroy(self, request, pk): ...
        def me(self, request): ...

    class Tags(generics.ListCreateAPIView):
        serializer_class = TagSerializer
        permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    class Tag(generics.DestroyAPIView):
        permission_classes = ()

    @api_view(["GET", "POST"])
    @permission_classes([AllowAny])
    def ping(request): ...

    @api_view()
    def count(request): ...
"""
PERMISSIONS = """
    from rest_framework.permissions import SAFE_METHODS, BasePermission

    class IsOwner(BasePermission):
        def has_object_permission(self, request, view, obj):
            return obj.owner == request.user

    class ReadOnly(BasePermission):
        def has_permission(self, request, view):
            return request.method in SAFE_METHODS
"""
SERIALIZERS = """
    from rest_framework import serializers
    class NoteOut(serializers.ModelSerializer):
        class Meta:
            fields = "__all__"
    class NoteIn(NoteOut): ...
    class TagSerializer(serializers.Serializer): ...
"""


def notes():
    return project(
        settings=SETTINGS,
        urls=URLS,
        api__views=VIEWS,
        api__permissions=PERMISSIONS,
        api__serializers=SERIALIZERS,
    )


def test_a_viewset_has_a_route_for_each_action_under_its_router() -> None:
    """Those that it inherits, those that it defines, and what `@action` adds."""
    found = {str(each): each.action for each in notes().routes if each.path.startswith("/api/notes")}
    assert found == {
        "GET /api/notes/": "list",
        "POST /api/notes/": "create",
        "GET /api/notes/{pk}/": "retrieve",
        "PUT /api/notes/{pk}/": "update",
        "PATCH /api/notes/{pk}/": "update",
        "DELETE /api/notes/{pk}/": "delete",
        "POST /api/notes/{pk}/publish/": "",
    }


def test_permissions_are_those_of_the_action() -> None:
    """Of `@action`, of `get_permissions`, of the class, of the settings."""
    app = notes()
    assert guards(app, "POST /api/notes/{pk}/publish/")["IsAdminUser"] == {"authentication", "authorization"}
    assert "IsOwner" in guards(app, "PUT /api/notes/{pk}/")
    assert not is_known(app, "POST /api/users/")
    assert is_known(app, "DELETE /api/users/{pk}/")
    assert not is_known(app, "POST /api/users/")
    assert is_known(app, "GET /api/me/")
    assert not is_known(app, "GET|POST /api/ping/")
    assert is_known(app, "GET /api/count/")
    assert is_known(app, "POST /api/tags/")
    assert not is_known(app, "GET /api/tags/")
    assert not is_known(app, "DELETE /api/tags/{pk}/")


def test_a_queryset_of_the_caller_s_own_rows_is_authorization() -> None:
    """It guards whatever looks for a row, and nothing that makes one."""
    app = notes()
    assert "authorization" in guards(app, "GET /api/notes/")["get_queryset"]
    assert "get_queryset" not in guards(app, "POST /api/notes/")


def test_throttles_and_pages_come_from_the_settings_unless_a_view_says_otherwise() -> None:
    """`pagination_class = None` turns pages off."""
    app = notes()
    assert all(each.guarded(Purpose.RATE_LIMIT) for each in app.routes)
    assert route(app, "GET /api/notes/").is_paginated
    assert not route(app, "GET /api/users/").is_paginated


def test_the_serializer_is_that_of_the_action() -> None:
    """`get_serializer_class` by action, else `serializer_class`."""
    app = notes()
    made, shown = route(app, "POST /api/notes/"), route(app, "GET /api/notes/")
    assert [each.type for each in made.parameters] == ["api.serializers.NoteIn"]
    assert shown.answers is not None
    assert shown.answers.name == "NoteOut"
    assert shown.answers_many
    assert inputs(app, "POST /api/notes/{pk}/publish/") == {("path", "pk"), ("body", "when")}


def test_without_settings_everybody_may() -> None:
    """REST framework lets everybody pass by default; a router that nobody includes is read too."""
    app = project(
        routers="""
        from rest_framework import routers
        from views import Open
        router = routers.SimpleRouter()
        router.register("open", Open)
        """,
        views="""
        from rest_framework.viewsets import ReadOnlyModelViewSet
        class Open(ReadOnlyModelViewSet):
            lookup_field = "slug"
        """,
    )
    assert {str(each) for each in app.routes} == {"GET /open/", "GET /open/{slug}/"}
    assert not any(each.guards for each in app.routes)


def test_nested_routers_have_the_path_of_their_parent() -> None:
    """`NestedDefaultRouter(router, "shops", lookup="shop")`."""
    app = project(
        urls="""
        from django.urls import include, path
        from rest_framework_nested import routers
        from views import Items, Shops
        router = routers.DefaultRouter()
        router.register("shops", Shops)
        inner = routers.NestedDefaultRouter(router, "shops", lookup="shop")
        inner.register("items", Items)
        urlpatterns = [path("", include(router.urls)), path("", include(inner.urls))]
        """,
        views="""
        from rest_framework import mixins, viewsets
        class Shops(mixins.ListModelMixin, viewsets.GenericViewSet): ...
        class Items(mixins.CreateModelMixin, viewsets.GenericViewSet): ...
        """,
    )
    assert {str(each) for each in app.routes} == {"GET /shops/", "POST /shops/{shop_pk}/items/"}


def test_a_permission_of_the_project_counts_by_where_it_stands() -> None:
    """In the settings too; one that always returns True is none."""
    app = project(
        settings="""
        ROOT_URLCONF = "urls"
        REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["core.access.FromDatabase"]}
        """,
        urls="""
        from django.urls import path
        from views import A, B
        urlpatterns = [path("a/", A.as_view()), path("b/", B.as_view())]
        """,
        views="""
        from rest_framework.views import APIView
        from core.access import Everybody
        class A(APIView):
            def post(self, request): ...
        class B(APIView):
            permission_classes = [Everybody]
            def post(self, request): ...
        """,
        core__access="""
        from rest_framework.permissions import BasePermission
        class FromDatabase(BasePermission):
            def has_permission(self, request, view):
                return view.policy.allows(request)
        class Everybody(BasePermission):
            def has_permission(self, request, view):
                return True
        """,
    )
    assert is_known(app, "POST /a/")
    assert not is_known(app, "POST /b/")
