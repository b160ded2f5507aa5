"""Addresses, by the router of Django REST Framework."""

from django.urls import path
from rest_framework.routers import SimpleRouter
from work_orders.views import LoginView, WorkOrderViewSet

router = SimpleRouter(trailing_slash=False)
router.register("work-orders", WorkOrderViewSet)
urlpatterns = [*router.urls, path("auth/login", LoginView.as_view())]
