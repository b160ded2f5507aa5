"""How a verification looks: for a terminal, as a page, as a note, and for programs.

What lives here: values → text. What must not: judging, and writing files.
"""
