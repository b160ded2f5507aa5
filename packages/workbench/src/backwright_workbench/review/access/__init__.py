"""What rules about access ask of an application: what its endpoints are for, do, and touch.

What lives here: answers that several rules share. What must not: findings.
"""
