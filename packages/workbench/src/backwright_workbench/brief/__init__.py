"""From words to a blueprint. What lives here: reading a brief. What must not: disk, network, processes, a
model.
"""
