"""`yaml.load` becomes `yaml.safe_load`; for pickle and its like there is no form that stays the same."""

import libcst as cst

from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.source import argument, is_spread, positional
from backwright_workbench.review.mending.spot import Spot

SAFE = {
    "yaml.load": "safe_load",
    "yaml.load_all": "safe_load_all",
    "yaml.unsafe_load": "safe_load",
    "yaml.unsafe_load_all": "safe_load_all",
    "yaml.full_load": "safe_load",
    "yaml.full_load_all": "safe_load_all",
}


def mend(spot: Spot) -> Mend | None:
    """The safe function is called, without a loader."""
    call = spot.call(*(each.partition(".")[2] for each in SAFE))
    safe = SAFE.get(spot.refers(call)) if call is not None else None
    if call is None or safe is None or is_spread(call):
        return None
    edits: list[Edit | None] = []
    plain = positional(call)
    loader = argument(call, "Loader") or (plain[1] if len(plain) > 1 else None)
    if loader is not None:
        edits.append(spot.source.without_argument(call, loader))
    if isinstance(call.func, cst.Attribute):
        return spot.mend(spot.source.replace(call.func.attr, safe), *edits)
    return spot.mend(spot.source.replace(call.func, safe), *edits, imports=(f"yaml.{safe}",))
