"""Debugging is off, unless the environment says otherwise."""

import libcst as cst

from backwright_workbench.review.mending.edit import Mend
from backwright_workbench.review.mending.source import is_name, last_name, text_in
from backwright_workbench.review.mending.spot import Spot

ASKED = 'os.environ.get("DEBUG") == "1"'
NOTE = "set DEBUG=1 where you develop"
OFF = {"true": "false", "1": "0", "yes": "no", "on": "off"}
READERS = ("get", "getenv", "config", "bool", "env", "get_bool", "env_bool", "strtobool")


def mend(spot: Spot) -> Mend | None:
    """`True` becomes a question to the environment; a default of yes becomes one of no."""
    for value in spot.nodes(cst.Name):
        parent = spot.source.parents.get(value)
        if not is_name(value, "True"):
            continue
        if isinstance(parent, cst.Arg):
            call = spot.source.parents.get(parent)
            if isinstance(call, cst.Call) and last_name(call.func) in (*READERS, "Field"):
                return spot.mend(spot.source.replace(value, "False"))
            return spot.mend(spot.source.replace(value, ASKED), imports=("os",), note=NOTE)
        if isinstance(parent, cst.AnnAssign) and _is_of_settings(spot):
            return spot.mend(spot.source.replace(value, "False"), note="set DEBUG=true where you develop")
        if isinstance(parent, cst.Assign | cst.AnnAssign | cst.DictElement):
            return spot.mend(spot.source.replace(value, ASKED), imports=("os",), note=NOTE)
    return _default(spot)


def _default(spot: Spot) -> Mend | None:
    for call in spot.calls(*READERS):
        if len(call.args) == 2:
            value = call.args[1].value
            off = OFF.get((text_in(value) or "").lower())
            if off is not None:
                said = text_in(value) or ""
                off = off.title() if said.istitle() else off.upper() if said.isupper() else off
                quote = spot.source.code(value)[-1]
                return spot.mend(spot.source.replace(value, f"{quote}{off}{quote}"), note=NOTE)
            if isinstance(value, cst.Integer) and value.value == "1":
                return spot.mend(spot.source.replace(value, "0"), note=NOTE)
    return None


def _is_of_settings(spot: Spot) -> bool:
    place = spot.finding.place
    return any(
        each.line <= place.line <= each.end and spot.app.project.inherits(each, "*BaseSettings")
        for each in spot.module.all_classes
    )
