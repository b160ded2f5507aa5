"""How a review looks: for a terminal, for a pull request, as a page, and for programs.

What lives here: values → text. What must not: judging, and writing files.
"""
