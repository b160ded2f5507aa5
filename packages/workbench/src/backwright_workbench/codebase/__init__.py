"""Files of source code → what they say. Values in, values out: nothing is imported, executed or written.

`readback` reads a service of ours back into its blueprint. The others read any backend: `python` turns text into
neutral syntax (`facts.syntax`), `frameworks` finds the routes, guards, models and queries in it, `flow` follows values.
"""
