"""Requests that arrive as they do in production, whether the last one was answered or not, and what comes of them.

What lives here: making load, measuring, and the arithmetic. What must not: limits, and what follows from a breach
(`checks/performance`, `checks/operations`).
"""
