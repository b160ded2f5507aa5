"""A small web shop, written by hand as a user of the runtime would write it.

It has every column type, references of every kind, owners over one, two and three steps, callers without an
account, with one and with several roles, states and actions, hidden fields, search, embeds, filters through
relations, bulk and caches.
"""
