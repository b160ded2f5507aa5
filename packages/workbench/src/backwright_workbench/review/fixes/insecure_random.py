"""What is made by chance comes from the operating system, so that nobody can foretell it."""

import libcst as cst

from backwright_workbench.review.mending.edit import Mend
from backwright_workbench.review.mending.spot import Spot

METHODS = frozenset(
    ["random", "randint", "randrange", "choices", "sample", "getrandbits", "shuffle", "uniform", "randbytes"]
)


def mend(spot: Spot) -> Mend | None:
    """`random.choice` → `secrets.choice`; other functions are those of `secrets.SystemRandom()`."""
    call = spot.call(*METHODS, "choice", "Random", "uuid1")
    known = spot.refers(call) if call is not None else ""
    module, _, name = known.rpartition(".")
    if call is None or module not in ("random", "uuid"):
        return None
    if name == "uuid1":
        if call.args or not isinstance(call.func, cst.Attribute):
            return None
        return spot.mend(spot.source.replace(call.func.attr, "uuid4"))
    if name == "Random" and call.args:
        return None
    safe = {"choice": "secrets.choice", "Random": "secrets.SystemRandom"}.get(name)
    if safe is None and name not in METHODS:
        return None
    return spot.mend(
        spot.source.replace(call.func, safe or f"secrets.SystemRandom().{name}"), imports=("secrets",)
    )
