"""Certificates are checked again."""

import libcst as cst

from backwright_workbench.review.mending.edit import Mend
from backwright_workbench.review.mending.source import is_name, last_name
from backwright_workbench.review.mending.spot import Spot
from backwright_workbench.review.rules.security.tls_verify_off import SWITCHES


def mend(spot: Spot) -> Mend | None:
    """`verify=False` goes; what is set to False is set to True; a context that trusts all is made as usual."""
    for call in spot.source.nodes(cst.Call):
        for arg in call.args:
            if arg.keyword and arg.keyword.value in SWITCHES and spot.source.span(arg)[0] == spot.at:
                return (
                    spot.mend(spot.source.without_argument(call, arg))
                    if is_name(arg.value, "False")
                    else None
                )
    made = spot.call("_create_unverified_context")
    if made is not None and isinstance(made.func, cst.Attribute):
        return spot.mend(spot.source.replace(made.func.attr, "create_default_context"))
    for assign in spot.nodes(cst.Assign):
        target = assign.targets[0].target
        if last_name(target) == "check_hostname" and "CERT_NONE" in spot.source.text:
            return None  # Python refuses to check a name without checking the certificate
        if is_name(assign.value, "False"):
            return spot.mend(spot.source.replace(assign.value, "True"))
    return None
