"""The work-order service on Litestar and advanced-alchemy, as their documentation shows it."""

import hashlib
import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from advanced_alchemy.exceptions import NotFoundError as RowNotFound
from advanced_alchemy.extensions.litestar import (
    AsyncSessionConfig,
    SQLAlchemyAsyncConfig,
    SQLAlchemyPlugin,
    repository,
    service,
)
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from litestar import Controller, Litestar, Request, get, patch, post
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler
from litestar.params import Body, Parameter
from litestar.security.jwt import JWTAuth, Token
from models import Attachment, User, WorkOrder
from schemas import AttachmentOut, Credentials, Page, SignedIn, WorkOrderCreate, WorkOrderOut, WorkOrderUpdate
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

SECRET = os.environ["JWT_SECRET"]
FILES = Path(os.environ["FILES"])
MEDIA_TYPES = {"image/png", "image/jpeg", "application/pdf", "text/plain", "text/csv"}
MAX_BYTES = 10 * 1024 * 1024
hasher = PasswordHasher()

Status = Literal["open", "assigned", "in_progress", "on_hold", "done", "cancelled"]
Priority = Literal["low", "normal", "high", "urgent"]


@dataclass
class RoleToken(Token):
    """A token that names the role of its user."""

    role: str = ""


async def user_of(token: RoleToken, _: ASGIConnection[Any, Any, Any, Any]) -> str:
    return token.role


auth = JWTAuth[str, RoleToken](
    retrieve_user_handler=user_of,
    token_secret=SECRET,
    token_cls=RoleToken,
    exclude=["/auth/login", "/health"],
)


def reader(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    if connection.user not in ("admin", "dispatcher", "technician", "viewer"):
        raise PermissionDeniedException


def writer(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    if connection.user not in ("admin", "dispatcher"):
        raise PermissionDeniedException


class WorkOrders(service.SQLAlchemyAsyncRepositoryService[WorkOrder]):
    """The service and repository of advanced-alchemy."""

    class Repository(repository.SQLAlchemyAsyncRepository[WorkOrder]):
        model_type = WorkOrder

    repository_type = Repository


async def provide_work_orders(db_session: AsyncSession) -> AsyncGenerator[WorkOrders, None]:
    async with WorkOrders.new(session=db_session) as found:
        yield found


class WorkOrderController(Controller):
    path = "/work-orders"
    dependencies = {"orders": Provide(provide_work_orders)}
    guards = [reader]

    @get()
    async def list_all(
        self,
        orders: WorkOrders,
        status: Status | None = None,
        priority: Priority | None = None,
        q: Annotated[str | None, Parameter(max_length=200)] = None,
        limit: Annotated[int, Parameter(ge=1, le=100)] = 25,
        offset: Annotated[int, Parameter(ge=0)] = 0,
    ) -> Page:
        statement = select(WorkOrder).order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc())
        statement = statement.limit(limit).offset(offset)
        if status is not None:
            statement = statement.where(WorkOrder.status == status)
        if priority is not None:
            statement = statement.where(WorkOrder.priority == priority)
        if q is not None:
            words = text("work_orders.search @@ plainto_tsquery('simple', :q)").bindparams(q=q)
            statement = statement.where(words)
        rows = await orders.list(
            statement=statement, load=[joinedload(WorkOrder.asset), joinedload(WorkOrder.assignee)]
        )
        return Page.model_validate({"items": rows}, from_attributes=True)

    @get("/{order_id:uuid}")
    async def get_one(self, orders: WorkOrders, order_id: UUID) -> WorkOrderOut:
        return orders.to_schema(await orders.get(order_id), schema_type=WorkOrderOut)

    @post(guards=[writer])
    async def create(self, orders: WorkOrders, data: WorkOrderCreate) -> WorkOrderOut:
        row = await orders.create(data.model_dump(), auto_commit=True, auto_refresh=True)
        return orders.to_schema(row, schema_type=WorkOrderOut)

    @patch("/{order_id:uuid}", guards=[writer])
    async def update(self, orders: WorkOrders, order_id: UUID, data: WorkOrderUpdate) -> WorkOrderOut:
        row = await orders.get(order_id)
        changes = {**data.model_dump(exclude_unset=True), "version": row.version + 1}
        row = await orders.update(changes, item_id=order_id, auto_commit=True, auto_refresh=True)
        return orders.to_schema(row, schema_type=WorkOrderOut)

    @post("/{order_id:uuid}/attachments", guards=[writer])
    async def add_attachment(
        self,
        orders: WorkOrders,
        order_id: UUID,
        db_session: AsyncSession,
        data: Annotated[dict[str, UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> AttachmentOut:
        await orders.get(order_id)
        file = data["file"]
        if file.content_type not in MEDIA_TYPES:
            raise HTTPException("This type of file is not accepted", status_code=415)
        content = await file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise HTTPException("The file is too large", status_code=413)
        row = Attachment(
            id=uuid4(), work_order_id=order_id, name=file.filename, media_type=file.content_type, size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), created_at=datetime.now(UTC),
        )  # fmt: skip
        (FILES / str(row.id)).write_bytes(content)
        db_session.add(row)
        await db_session.commit()
        return AttachmentOut.model_validate(row)


@post("/auth/login", status_code=200)
async def login(data: Credentials, db_session: AsyncSession) -> SignedIn:
    user = await db_session.scalar(select(User).where(func.lower(User.email) == data.email.lower()))
    try:
        if user is None or not user.is_active:
            raise VerificationError
        hasher.verify(user.password_hash, data.password)
    except VerificationError:
        raise NotAuthorizedException("Wrong email or password") from None
    token = RoleToken(sub=str(user.id), role=user.role, exp=datetime.now(UTC) + timedelta(minutes=10))
    return SignedIn(access_token=token.encode(SECRET, "HS256"))


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    return {"status": "ok"}


def missing(_: Request[Any, Any, Any], __: RowNotFound) -> Any:
    raise NotFoundException("Work order not found")


database = SQLAlchemyAsyncConfig(
    connection_string=os.environ["DATABASE_URL"],
    session_config=AsyncSessionConfig(expire_on_commit=False),
    before_send_handler="autocommit",
)
app = Litestar(
    route_handlers=[WorkOrderController, login, health],
    plugins=[SQLAlchemyPlugin(config=database)],
    on_app_init=[auth.on_app_init],
    openapi_config=None,
)
