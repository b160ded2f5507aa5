"""The event loop is freed call by call, or by letting the framework use a thread."""

import pytest
from mending_cases import mend

HEAD = """import asyncio
import time

import bcrypt
import requests
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import User

app = FastAPI()
engine = create_engine("postgresql://db/shop")


def get_db():
    with Session(engine) as session:
        yield session


"""

CASES = {
    "sleep": (
        "async def x():\n    time.sleep(1)  # a moment\n    await go()\n",
        "async def x():\n    await asyncio.sleep(1)  # a moment\n    await go()\n",
    ),
    "something is done with the answer": (
        "async def x(url):\n    return requests.get(url, timeout=3).json()\n",
        "async def x(url):\n    return (await asyncio.to_thread(requests.get, url, timeout=3)).json()\n",
    ),
    "arguments on lines of their own": (
        "async def x(url):\n    answer = requests.get(\n        url,\n        timeout=3,\n    )\n    return answer\n",
        "async def x(url):\n    answer = await asyncio.to_thread(\n        requests.get,\n        url,\n"
        "        timeout=3,\n    )\n    return answer\n",
    ),
    "several calls": (
        "async def x(a):\n    if bcrypt.checkpw(a, a):\n        time.sleep(2)\n    return bcrypt.hashpw(a, a)\n",
        "async def x(a):\n    if await asyncio.to_thread(bcrypt.checkpw, a, a):\n        await asyncio.sleep(2)\n"
        "    return await asyncio.to_thread(bcrypt.hashpw, a, a)\n",
    ),
    "a synchronous session": (
        "async def x(db: Session = Depends(get_db)):\n    return db.scalars(select(User).limit(5)).all()\n",
        "def x(db: Session = Depends(get_db)):\n    return db.scalars(select(User).limit(5)).all()\n",
    ),
}


@pytest.mark.parametrize(("before", "wanted"), CASES.values(), ids=CASES)
def test_the_loop_is_free(before: str, wanted: str) -> None:
    """And what the handler does is the same."""
    result = mend(f'{HEAD}@app.get("/x")\n{before}', "blocking-in-async")

    assert result.files.get("app.py", "").removeprefix(HEAD) == f'@app.get("/x")\n{wanted}'


LEFT = {
    "a session in a coroutine that awaits": "async def x(db: Session = Depends(get_db)):\n    await go()\n"
    "    return db.scalars(select(User).limit(5)).all()\n",
    "a session one function further down": "async def x(name, db: Session = Depends(get_db)):\n"
    "    await go()\n    return enter(db, name)\n\n\ndef enter(db, name):\n"
    "    bcrypt.hashpw(name, name)\n    return db.scalars(select(User).limit(5)).all()\n",
    "a generator that runs later": "async def x(urls):\n"
    "    return list(requests.get(each, timeout=3) for each in urls)\n",
}


@pytest.mark.parametrize("before", LEFT.values(), ids=LEFT)
def test_what_would_be_half_a_fix_stays(before: str) -> None:
    """A session is not handed from thread to thread; a generator cannot await."""
    result = mend(f'{HEAD}@app.get("/x")\n{before}', "blocking-in-async")

    assert result.files == {}
    assert result.left
