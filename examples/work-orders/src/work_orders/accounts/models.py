"""Who can sign in."""

from backwright.accounts import Account


class User(Account):
    """A person's account. Add columns here; credentials and sessions are the runtime's."""

    __tablename__ = "users"
