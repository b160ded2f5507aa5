"""The classes of views that REST framework brings, and the operations that each of them has.

What lives here: names and tables. What must not: routes and guards (`drf_views.py`).
"""

from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.frameworks.django_project import DjangoProject

STANDARD = {
    "list": ("GET", False, "list"),
    "create": ("POST", False, "create"),
    "retrieve": ("GET", True, "retrieve"),
    "update": ("PUT", True, "update"),
    "partial_update": ("PATCH", True, "update"),
    "destroy": ("DELETE", True, "delete"),
}
"""Actions of a viewset: method, whether it is about one thing, and what it does in the words of REST."""
BRINGING = {
    "ModelViewSet": tuple(STANDARD),
    "ReadOnlyModelViewSet": ("list", "retrieve"),
    "ListModelMixin": ("list",),
    "CreateModelMixin": ("create",),
    "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"),
    "DestroyModelMixin": ("destroy",),
}
VIEWS = {
    "ListAPIView": {"get": "list"},
    "CreateAPIView": {"post": "create"},
    "RetrieveAPIView": {"get": "retrieve"},
    "UpdateAPIView": {"put": "update", "patch": "update"},
    "DestroyAPIView": {"delete": "delete"},
    "ListCreateAPIView": {"get": "list", "post": "create"},
    "RetrieveUpdateAPIView": {"get": "retrieve", "put": "update", "patch": "update"},
    "RetrieveDestroyAPIView": {"get": "retrieve", "delete": "delete"},
    "RetrieveUpdateDestroyAPIView": {
        "get": "retrieve",
        "put": "update",
        "patch": "update",
        "delete": "delete",
    },
    "ObtainAuthToken": {"post": ""},
    "TokenObtainPairView": {"post": ""},
    "TokenViewBase": {"post": ""},
}
"""What generic views answer."""


@dataclass(slots=True, eq=False)
class Operation:
    """One method of a view: `method` is the name of the method of the class, `action` what permissions know it by."""

    verb: str
    method: str
    rest: str
    path: str
    action: str
    handler: Function | None
    extra: dict[str, s.Expression] = field(default_factory=dict)


def is_drf(django: DjangoProject, view: Class) -> bool:
    """Whether a class is a view of REST framework."""
    return any(
        name.startswith(("rest_framework", "djoser", "dj_rest_auth", "rest_auth", "drf_"))
        or (
            each is None
            and name.rpartition(".")[2] in ("APIView", "ModelViewSet", "GenericViewSet", "GenericAPIView")
        )
        for name, each in django.app.project.lineage(view)
    )


def is_viewset(django: DjangoProject, view: Class) -> bool:
    """Whether it is one that routers know."""
    return any(name.endswith(("ViewSet", "ViewSetMixin")) for name, _ in django.app.project.lineage(view))
