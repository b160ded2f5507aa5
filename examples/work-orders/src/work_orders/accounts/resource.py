"""Signing in, and the accounts that an administrator manages."""

from backwright.accounts import Accounts

from work_orders.access import Role
from work_orders.accounts.models import User

accounts = Accounts(User, roles=Role, admin=Role.ADMIN, register_as=None, oauth=True)
