from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..database import Hero, SessionDep, User
from ..dependencies import CurrentUser, HeroId

router = APIRouter(
    prefix="/heroes",
    tags=["heroes"],
    responses={401: {"description": "Not signed in"}, 404: {"description": "Not found"}},
)

Name = Annotated[str, Field(min_length=1, max_length=100)]
Age = Annotated[int, Field(ge=0, le=10_000)]


class HeroCreate(BaseModel):
    name: Name
    age: Age | None = None
    secret_name: Name


class HeroUpdate(BaseModel):
    name: Name | None = None
    age: Age | None = None
    secret_name: Name | None = None


class HeroPublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    age: int | None
    owner: str


def public(hero: Hero) -> HeroPublic:
    return HeroPublic(id=hero.id, name=hero.name, age=hero.age, owner=hero.owner.username)


def own(session: Session, hero_id: int, user: User) -> Hero:
    hero = session.get(Hero, hero_id)
    if hero is None or hero.owner_id != user.id:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Hero not found")
    return hero


@router.post("/", status_code=201)
def create_hero(hero: HeroCreate, session: SessionDep, user: CurrentUser) -> HeroPublic:
    made = Hero(**hero.model_dump(), owner_id=user.id)
    session.add(made)
    session.commit()
    return public(made)


@router.get("/")
def read_heroes(
    session: SessionDep,
    user: CurrentUser,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> list[HeroPublic]:
    found = select(Hero).where(Hero.owner_id == user.id).options(joinedload(Hero.owner))
    return [public(hero) for hero in session.scalars(found.order_by(Hero.id).offset(offset).limit(limit))]


@router.get("/{hero_id}")
def read_hero(hero_id: HeroId, session: SessionDep, user: CurrentUser) -> HeroPublic:
    return public(own(session, hero_id, user))


@router.patch("/{hero_id}")
def update_hero(hero_id: HeroId, hero: HeroUpdate, session: SessionDep, user: CurrentUser) -> HeroPublic:
    found = own(session, hero_id, user)
    for name, value in hero.model_dump(exclude_none=True).items():
        setattr(found, name, value)
    session.commit()
    return public(found)


@router.delete("/{hero_id}", status_code=204)
def delete_hero(hero_id: HeroId, session: SessionDep, user: CurrentUser) -> None:
    session.delete(own(session, hero_id, user))
    session.commit()
