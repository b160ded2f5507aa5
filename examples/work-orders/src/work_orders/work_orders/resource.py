"""What the API exposes of work orders, and to whom."""

from backwright.access import allow, own
from backwright.attachments import Attachments
from backwright.cache import Cache
from backwright.resource import Resource

from work_orders.access import Role
from work_orders.technicians.models import Technician
from work_orders.work_orders.models import WorkOrder
from work_orders.work_orders.service import WorkOrders

mine = own(WorkOrder.assignee_id, Technician.account_id)

work_orders = Resource(
    WorkOrder,
    service=WorkOrders,
    fields=(
        "title",
        "description",
        "status",
        "priority",
        "due_at",
        "asset_id",
        "assignee_id",
        "notes",
        "completed_at",
    ),
    read_only=("completed_at",),
    filters=("status", "priority", "assignee_id", "asset_id", "due_at"),
    sorts=("created_at", "due_at", "priority"),
    search=("title", "description"),
    embeds=("asset", "assignee"),
    access={
        Role.ADMIN: allow.everything,
        Role.DISPATCHER: allow.read() | allow.create() | allow.update() | allow.act(),
        Role.TECHNICIAN: (
            allow.read(where=mine)
            | allow.update("notes", where=mine)
            | allow.act("start", "hold", "resume", "complete", where=mine)
        ),
        Role.VIEWER: allow.read(),
    },
    attachments=Attachments(
        max_mb=10,
        max_count=20,
        types=("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain", "text/csv"),
    ),
    cache=Cache(seconds=30),
)
