"""The work-order service on Django REST Framework, as its documentation shows it."""

import hashlib
import os
import sys
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.postgres.search import SearchQuery
from django_filters import rest_framework as filters
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed, UnsupportedMediaType
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken

from work_orders.models import Attachment, User, WorkOrder
from work_orders.serializers import (
    AttachmentSerializer,
    CredentialsSerializer,
    UploadSerializer,
    WorkOrderListSerializer,
    WorkOrderSerializer,
)

MEDIA_TYPES = {"image/png", "image/jpeg", "application/pdf", "text/plain", "text/csv"}


class WorkOrderFilter(filters.FilterSet):
    q = filters.CharFilter(method="matching", max_length=200)

    class Meta:
        model = WorkOrder
        fields = ("status", "priority")

    def matching(self, queryset, name, value):
        return queryset.filter(search=SearchQuery(value, config="simple"))


class Page(LimitOffsetPagination):
    """Without the COUNT that it makes by default: nobody else here answers with a total."""

    default_limit = 25
    max_limit = 100

    def get_count(self, queryset):
        return sys.maxsize

    def get_paginated_response(self, data):
        return Response({"items": data})


class WorkOrderViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    queryset = WorkOrder.objects.defer("search")
    serializer_class = WorkOrderSerializer
    filterset_class = WorkOrderFilter
    pagination_class = Page
    http_method_names = ["get", "post", "patch"]

    def get_queryset(self):
        if self.action != "list":
            return super().get_queryset()
        return super().get_queryset().select_related("asset", "assignee").order_by("-created_at", "-id")

    def get_serializer_class(self):
        return WorkOrderListSerializer if self.action == "list" else WorkOrderSerializer

    def perform_update(self, serializer):
        serializer.save(version=serializer.instance.version + 1)

    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attachments(self, request, pk=None):
        order = self.get_object()
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        if file.content_type not in MEDIA_TYPES:
            raise UnsupportedMediaType(file.content_type)
        content, id_ = file.read(), uuid4()
        Path(os.fspath(settings.FILES), str(id_)).write_bytes(content)
        row = Attachment.objects.create(
            id=id_, work_order=order, name=file.name, media_type=file.content_type, size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        return Response(AttachmentSerializer(row).data, status.HTTP_201_CREATED)


class LoginView(APIView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request):
        body = CredentialsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = User.objects.filter(email__iexact=body.validated_data["email"], is_active=True).first()
        if user is None or not check_password(body.validated_data["password"], "argon2" + user.password_hash):
            raise AuthenticationFailed("Wrong email or password")
        token = AccessToken()
        token["sub"], token["role"] = str(user.id), user.role
        return Response({"access_token": str(token)})
