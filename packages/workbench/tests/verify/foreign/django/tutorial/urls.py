from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter
from snippets.views import SnippetViewSet, UserViewSet

router = SimpleRouter()
router.register("snippets", SnippetViewSet, basename="snippet")
router.register("users", UserViewSet, basename="user")

urlpatterns = [
    path("", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
]
