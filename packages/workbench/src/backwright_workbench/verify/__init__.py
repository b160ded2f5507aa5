"""Is this ready for production? Checks that ran, each with its evidence; what did not run says so.

What lives here: the checks, the stand that a backend is put on, the evidence. What must not: how any of it is shown
(`reports`).
"""
