"""The vocabulary in which a code base is described, whatever language it is written in.

What lives here: typed facts, and looking them up. What must not: how any language or framework spells them.
"""
