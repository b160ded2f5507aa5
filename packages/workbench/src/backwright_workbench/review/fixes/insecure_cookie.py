"""A cookie gets the flags that it lacks."""

import libcst as cst

from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.source import argument, is_name, is_spread, positional
from backwright_workbench.review.mending.spot import Spot

FLAGS = {"httponly": "True", "secure": "True", "samesite": '"lax"'}
NOTE = "browsers then send the cookie over HTTPS only (and to localhost)"


def mend(spot: Spot) -> Mend | None:
    """Flags are added to the call, or what is off is on."""
    call = spot.call("set_cookie", "set_signed_cookie")
    if call is not None:
        return _flags(spot, call)
    made = spot.call("SessionMiddleware", "add_middleware", "Middleware")
    if made is not None:
        given = argument(made, "https_only")
        edit = (
            spot.source.with_argument(made, "https_only=True")
            if given is None
            else spot.source.replace(given.value, "True")
        )
        return spot.mend(edit, note=NOTE) if not is_spread(made) else None
    for value in spot.nodes(cst.Name):
        parent = spot.source.parents.get(value)
        if is_name(value, "False") and isinstance(
            parent, cst.Assign | cst.AnnAssign | cst.DictElement | cst.Arg
        ):
            return spot.mend(spot.source.replace(value, "True"), note=NOTE)
    return None


def _flags(spot: Spot, call: cst.Call) -> Mend | None:
    if is_spread(call) or len(positional(call)) > 4:
        return None
    edits: list[Edit | None] = []
    added: list[str] = []
    for flag, value in FLAGS.items():
        given = argument(call, flag)
        if given is None:
            added.append(f"{flag}={value}")
        elif is_name(given.value, "False", "None"):
            edits.append(spot.source.replace(given.value, value))
    if added:
        edits.append(spot.source.with_argument(call, *added))
    return spot.mend(*edits, note=NOTE) if edits else None
