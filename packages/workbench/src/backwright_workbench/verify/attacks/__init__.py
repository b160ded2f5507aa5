"""What checks of access and security have in common: what a backend offers, rows of it, and where its code says so.

What lives here: facts and requests. What must not: judging; the checks do that.
"""
