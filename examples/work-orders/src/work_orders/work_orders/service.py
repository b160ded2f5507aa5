"""The rules of work orders: the moves that a state may make, and the actions."""

from uuid import UUID

from backwright.context import now
from backwright.service import Service, action

from work_orders.work_orders.models import WorkOrder, WorkOrderStatus


class WorkOrders(Service[WorkOrder]):
    """What can be done with a work order beyond create, read, update and delete."""

    state = WorkOrder.status
    transitions = {
        WorkOrderStatus.OPEN: {WorkOrderStatus.ASSIGNED, WorkOrderStatus.CANCELLED},
        WorkOrderStatus.ASSIGNED: {WorkOrderStatus.IN_PROGRESS, WorkOrderStatus.CANCELLED},
        WorkOrderStatus.IN_PROGRESS: {
            WorkOrderStatus.ON_HOLD,
            WorkOrderStatus.DONE,
            WorkOrderStatus.CANCELLED,
        },
        WorkOrderStatus.ON_HOLD: {WorkOrderStatus.IN_PROGRESS, WorkOrderStatus.CANCELLED},
    }

    @action("assign")
    async def assign(self, row: WorkOrder, assignee_id: UUID) -> None:
        """Give the order to a technician."""
        row.assignee_id = assignee_id
        self.move(row, WorkOrderStatus.ASSIGNED)

    @action("start", from_={WorkOrderStatus.ASSIGNED})
    async def start(self, row: WorkOrder) -> None:
        """Begin the work."""
        self.move(row, WorkOrderStatus.IN_PROGRESS)

    @action("hold")
    async def hold(self, row: WorkOrder, notes: str | None = None) -> None:
        """Pause the work and say why."""
        if notes is not None:
            row.notes = notes
        self.move(row, WorkOrderStatus.ON_HOLD)

    @action("resume", from_={WorkOrderStatus.ON_HOLD})
    async def resume(self, row: WorkOrder) -> None:
        """Go on with the work."""
        self.move(row, WorkOrderStatus.IN_PROGRESS)

    @action("complete")
    async def complete(self, row: WorkOrder, notes: str | None = None) -> None:
        """Report the work as done."""
        if notes is not None:
            row.notes = notes
        row.completed_at = now()
        self.move(row, WorkOrderStatus.DONE)

    @action("cancel")
    async def cancel(self, row: WorkOrder, notes: str | None = None) -> None:
        """Call the work off."""
        if notes is not None:
            row.notes = notes
        self.move(row, WorkOrderStatus.CANCELLED)
