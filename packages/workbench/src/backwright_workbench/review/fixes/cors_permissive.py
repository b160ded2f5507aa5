"""The sites that may call the service come from the environment; without it there are none."""

import libcst as cst

from backwright_workbench.review.mending.edit import Mend
from backwright_workbench.review.mending.source import argument, last_name, text_in
from backwright_workbench.review.mending.spot import Spot
from backwright_workbench.review.rules.security.cors_permissive import ORIGINS

SITES = '[each for each in os.environ.get("CORS_ORIGINS", "").split(",") if each]'
NOTE = "set CORS_ORIGINS to the sites whose pages call the service, with commas; until then no other site may"


def mend(spot: Spot) -> Mend | None:
    """Only where `*` stands in the call itself: which sites are meant, nobody but the owner knows."""
    call = spot.call("add_middleware", "Middleware", "CORSMiddleware", "CORS", "CORSConfig", "cross_origin")
    if call is None:
        return None
    for name in ORIGINS:
        given = argument(call, name)
        if given is not None and name != "allow_origin_regex" and _is_star(given.value):
            return spot.mend(spot.source.replace(given.value, SITES), imports=("os",), note=NOTE)
    if last_name(call.func) == "CORS" and len(call.args) == 1 and not argument(call, "resources"):
        added = spot.source.with_argument(call, f"origins={SITES}")
        return spot.mend(added, imports=("os",), note=NOTE)
    return None


def _is_star(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.List | cst.Tuple) and len(node.elements) == 1:
        return text_in(node.elements[0].value) == "*"
    return text_in(node) == "*"
