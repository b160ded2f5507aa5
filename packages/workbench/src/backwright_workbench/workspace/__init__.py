"""The only door to disk, git, processes and the local network.

What must not live here: decisions about services.
"""
