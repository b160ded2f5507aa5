"""What people get to read: pure functions from values to text.

What must not live here: disk, processes, decisions.
"""
