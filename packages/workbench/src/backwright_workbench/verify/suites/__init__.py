"""The project's own test suite: what is written, what runs, what it covers, and whether it can fail.

What lives here: reading tests, running them in a way that they cannot talk their way out of, and changing the code to
see them fail. What must not: judging (`verify/checks/tests`).
"""
