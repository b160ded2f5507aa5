"""The page that people read: one file, drawn without a script, a font or a picture from elsewhere.

What lives here: from a `Verification` to HTML and SVG. What must not: judging, and writing files.
"""
