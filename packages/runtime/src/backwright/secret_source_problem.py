"""Why a secret could not be read.

What lives here: the exception that the places of secrets have in common. What must not: the secrets themselves.
"""


class NotRead(Exception):
    """A place has not given a secret. The message ends a sentence: "is said to be at …, and …"."""
