import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import Depends, HTTPException, Path, status
from fastapi.security import OAuth2PasswordBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import select

from .database import SessionDep, User

SECRET_KEY = OctKey.import_key(os.environ["SECRET_KEY"])
ALGORITHM = "HS256"
ACCESS_TOKEN_EXPIRE_MINUTES = 30

hasher = PasswordHasher()
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")

HeroId = Annotated[int, Path(ge=1, le=2**31 - 1)]


def create_access_token(username: str) -> str:
    expire = datetime.now(UTC) + timedelta(minutes=ACCESS_TOKEN_EXPIRE_MINUTES)
    return jwt.encode({"alg": ALGORITHM}, {"sub": username, "exp": int(expire.timestamp())}, SECRET_KEY)


def verify_password(plain: str, hashed: str) -> bool:
    try:
        return hasher.verify(hashed, plain)
    except VerificationError:
        return False


def get_current_user(token: Annotated[str, Depends(oauth2_scheme)], session: SessionDep) -> User:
    refused = HTTPException(
        status.HTTP_401_UNAUTHORIZED,
        "Could not validate credentials",
        headers={"WWW-Authenticate": "Bearer"},
    )
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM]).claims
        jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True}).validate(claims)
    except (JoseError, ValueError):
        raise refused from None
    user = session.scalar(select(User).where(User.username == claims["sub"]))
    if user is None:
        raise refused
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]
