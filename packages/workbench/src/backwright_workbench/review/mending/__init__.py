"""Changing code so that a finding is gone, and nothing else is different.

What lives here: texts with the places of their nodes, edits, and proof that an edit does what it should. What must
not: how any rule is fixed (`review/fixes`), reading or writing files.
"""
