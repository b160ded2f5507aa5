"""The tables, as Django's ORM declares them."""

from uuid import uuid4

from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Row(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class User(models.Model):
    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20)
    password_hash = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)

    class Meta:
        managed = False
        db_table = "users"


class Asset(Row):
    name = models.CharField(max_length=200)
    tag = models.CharField(max_length=50, unique=True)
    category = models.CharField(max_length=100, null=True)
    location = models.CharField(max_length=200, null=True)
    status = models.CharField(max_length=63)
    installed_on = models.DateField(null=True)
    description = models.CharField(max_length=10_000, null=True)

    class Meta:
        managed = False
        db_table = "assets"


class Technician(Row):
    name = models.CharField(max_length=200)
    email = models.EmailField(unique=True)
    phone = models.CharField(max_length=32, null=True)
    trade = models.CharField(max_length=100, null=True)
    active = models.BooleanField()
    account_id = models.UUIDField(null=True, unique=True)

    class Meta:
        managed = False
        db_table = "technicians"


class WorkOrder(Row):
    class Status(models.TextChoices):
        OPEN = "open"
        ASSIGNED = "assigned"
        IN_PROGRESS = "in_progress"
        ON_HOLD = "on_hold"
        DONE = "done"
        CANCELLED = "cancelled"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    title = models.CharField(max_length=200)
    description = models.CharField(max_length=10_000, null=True, blank=True)
    status = models.CharField(max_length=63, choices=Status.choices, default=Status.OPEN)
    priority = models.CharField(max_length=63, choices=Priority.choices, default=Priority.NORMAL)
    due_at = models.DateTimeField(null=True)
    asset = models.ForeignKey(Asset, models.RESTRICT)
    assignee = models.ForeignKey(Technician, models.SET_NULL, null=True)
    notes = models.CharField(max_length=10_000, null=True, blank=True)
    completed_at = models.DateTimeField(null=True)
    search = models.GeneratedField(
        expression=models.F("title"), output_field=SearchVectorField(), db_persist=True
    )  # as schema/postgresql.sql makes it

    class Meta:
        managed = False
        db_table = "work_orders"


class Attachment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    work_order = models.ForeignKey(WorkOrder, models.CASCADE)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "attachments"
