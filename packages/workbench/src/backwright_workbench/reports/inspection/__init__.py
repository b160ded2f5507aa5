"""How the model of an application looks: an overview, tables, and JSON for programs.

What lives here: values → text. What must not: reading code, and judging it.
"""
