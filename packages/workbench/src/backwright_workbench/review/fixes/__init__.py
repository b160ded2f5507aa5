"""How findings are mended: one file for each rule that has a safe way, named like the rule.

Each has `mend(spot) -> Mend | None`; None where it is not safe in this place.
"""
