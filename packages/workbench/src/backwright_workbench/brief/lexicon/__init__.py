"""What briefs say, in whose words: one module of tables and patterns for each module that reads them.

Patterns are matched against a clause in lower case, with one space between words and around marks; hyphens
inside words are gone (`full text`).
"""
