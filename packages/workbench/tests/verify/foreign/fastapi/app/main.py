from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from .database import Base, engine
from .routers import heroes, users


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    yield


app = FastAPI(title="Heroes", lifespan=lifespan)
app.include_router(users.router)
app.include_router(heroes.router)


@app.get("/")
def root() -> dict[str, str]:
    return {"message": "Hello Bigger Applications!"}
