from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, status
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from ..database import SessionDep, User
from ..dependencies import CurrentUser, create_access_token, verify_password

router = APIRouter(tags=["users"])


class Token(BaseModel):
    access_token: str
    token_type: str


class UserPublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    username: str = Field(max_length=50)


@router.post("/token", responses={401: {"description": "Incorrect username or password"}})
def login_for_access_token(
    form_data: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> Token:
    user = session.scalar(select(User).where(User.username == form_data.username))
    if user is None or not verify_password(form_data.password, user.hashed_password):
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED,
            "Incorrect username or password",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Token(access_token=create_access_token(user.username), token_type="bearer")


@router.get("/users/me", responses={401: {"description": "Not signed in"}})
def read_users_me(current_user: CurrentUser) -> UserPublic:
    return UserPublic.model_validate(current_user)
