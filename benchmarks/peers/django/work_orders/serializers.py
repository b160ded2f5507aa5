"""What goes over the wire, as serializers."""

from rest_framework import serializers

from work_orders.models import Asset, Attachment, Technician, WorkOrder


class AssetSerializer(serializers.ModelSerializer):
    class Meta:
        model = Asset
        fields = "__all__"


class TechnicianSerializer(serializers.ModelSerializer):
    class Meta:
        model = Technician
        fields = "__all__"


class WorkOrderSerializer(serializers.ModelSerializer):
    asset_id = serializers.PrimaryKeyRelatedField(source="asset", queryset=Asset.objects.all())
    assignee_id = serializers.PrimaryKeyRelatedField(
        source="assignee", queryset=Technician.objects.all(), allow_null=True, required=False
    )

    class Meta:
        model = WorkOrder
        fields = (
            "id", "title", "description", "status", "priority", "due_at", "asset_id", "assignee_id", "notes",
            "completed_at", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("id", "completed_at", "version", "created_at", "updated_at")


class WorkOrderListSerializer(WorkOrderSerializer):
    asset = AssetSerializer(read_only=True)
    assignee = TechnicianSerializer(read_only=True)

    class Meta(WorkOrderSerializer.Meta):
        fields = (*WorkOrderSerializer.Meta.fields, "asset", "assignee")


class AttachmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Attachment
        fields = ("id", "name", "media_type", "size", "sha256", "created_at")


class CredentialsSerializer(serializers.Serializer):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False)


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(max_length=255)
