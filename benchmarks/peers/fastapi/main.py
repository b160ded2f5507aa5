"""The work-order service on FastAPI, SQLAlchemy's async ORM and Pydantic, as their documentation shows it."""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, UploadFile, status
from fastapi.concurrency import run_in_threadpool
from fastapi.security import OAuth2PasswordBearer
from models import Attachment, User, WorkOrder
from schemas import (
    AttachmentOut,
    Credentials,
    Priority,
    Status,
    Token,
    WorkOrderCreate,
    WorkOrderOut,
    WorkOrderPage,
    WorkOrderUpdate,
)
from sqlalchemy import Select, event, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

SECRET = os.environ["JWT_SECRET"]
FILES = Path(os.environ["FILES"])
MEDIA_TYPES = {"image/png", "image/jpeg", "application/pdf", "text/plain", "text/csv"}
MAX_BYTES = 10 * 1024 * 1024

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0)
on_sqlite = engine.dialect.name == "sqlite"
sessions = async_sessionmaker(engine, expire_on_commit=False)
hasher = PasswordHasher()
bearer = OAuth2PasswordBearer(tokenUrl="auth/login")
router = APIRouter()

if on_sqlite:

    @event.listens_for(engine.sync_engine, "connect")
    def enforce_references(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def get_claims(token: Annotated[str, Depends(bearer)]) -> dict[str, Any]:
    try:
        return jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Could not validate credentials") from None


def require(*roles: str) -> Any:
    async def check(claims: Annotated[dict[str, Any], Depends(get_claims)]) -> dict[str, Any]:
        if claims.get("role") not in roles:
            raise HTTPException(status.HTTP_403_FORBIDDEN, "Not enough permissions")
        return claims

    return Depends(check)


Session = Annotated[AsyncSession, Depends(get_session)]
READERS = require("admin", "dispatcher", "technician", "viewer")
WRITERS = require("admin", "dispatcher")


def matching(statement: Select[Any], q: str) -> Select[Any]:
    if on_sqlite:
        found = text(
            "work_orders.rowid IN (SELECT rowid FROM work_orders_fts WHERE work_orders_fts MATCH :q)"
        )
        return statement.where(
            found.bindparams(q=" ".join(f'"{word}"' for word in q.replace('"', "").split()))
        )
    return statement.where(text("work_orders.search @@ plainto_tsquery('simple', :q)").bindparams(q=q))


@router.get("/work-orders", response_model=WorkOrderPage, dependencies=[READERS])
async def list_work_orders(
    session: Session,
    status: Status | None = None,
    priority: Priority | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Any:
    statement = select(WorkOrder).options(joinedload(WorkOrder.asset), joinedload(WorkOrder.assignee))
    if status is not None:
        statement = statement.where(WorkOrder.status == status)
    if priority is not None:
        statement = statement.where(WorkOrder.priority == priority)
    if q is not None:
        statement = matching(statement, q)
    statement = (
        statement.order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc()).limit(limit).offset(offset)
    )
    return {"items": (await session.scalars(statement)).all()}


@router.get("/work-orders/{order_id}", response_model=WorkOrderOut, dependencies=[READERS])
async def get_work_order(order_id: UUID, session: Session) -> Any:
    return await found(session, order_id)


@router.post("/work-orders", response_model=WorkOrderOut, status_code=201, dependencies=[WRITERS])
async def create_work_order(body: WorkOrderCreate, session: Session) -> Any:
    order = WorkOrder(**body.model_dump())
    session.add(order)
    await commit(session)
    await session.refresh(order)
    return order


@router.patch("/work-orders/{order_id}", response_model=WorkOrderOut, dependencies=[WRITERS])
async def update_work_order(order_id: UUID, body: WorkOrderUpdate, session: Session) -> Any:
    order = await found(session, order_id)
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(order, name, value)
    order.version += 1
    await commit(session)
    await session.refresh(order)
    return order


@router.post(
    "/work-orders/{order_id}/attachments",
    response_model=AttachmentOut,
    status_code=201,
    dependencies=[WRITERS],
)
async def add_attachment(order_id: UUID, file: UploadFile, session: Session) -> Any:
    await found(session, order_id)
    if file.content_type not in MEDIA_TYPES:
        raise HTTPException(415, "This type of file is not accepted")
    content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise HTTPException(413, "The file is too large")
    attachment = Attachment(
        id=uuid4(), work_order_id=order_id, name=file.filename or "file", media_type=file.content_type,
        size=len(content), sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    await run_in_threadpool((FILES / str(attachment.id)).write_bytes, content)
    session.add(attachment)
    await commit(session)
    return attachment


@router.post("/auth/login", response_model=Token)
async def login(body: Credentials, session: Session) -> Any:
    user = await session.scalar(select(User).where(func.lower(User.email) == body.email.lower()))
    try:
        if user is None or not user.is_active:
            raise VerificationError
        await run_in_threadpool(hasher.verify, user.password_hash, body.password)
    except VerificationError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Wrong email or password") from None
    until = datetime.now(UTC) + timedelta(minutes=10)
    claims = {"sub": str(user.id), "role": user.role, "exp": until}
    return {"access_token": jwt.encode(claims, SECRET, algorithm="HS256")}


async def found(session: AsyncSession, order_id: UUID) -> WorkOrder:
    order = await session.get(WorkOrder, order_id)
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Work order not found")
    return order


async def commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(status.HTTP_409_CONFLICT, "It refers to something that is not there") from None


app = FastAPI(title="Work orders")
app.include_router(router)
if os.environ.get("GUARDS"):
    from guards import install

    app = FastAPI(title="Work orders")
    install(app, router)


@app.get("/health")
async def health(request: Request) -> dict[str, str]:
    return {"status": "ok"}
