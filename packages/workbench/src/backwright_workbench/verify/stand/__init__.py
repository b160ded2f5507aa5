"""Where a backend is put to be looked at: served by a process of its own, on throw-away databases, with callers.

What lives here: making that, and taking it down. What must not: judging.
"""
