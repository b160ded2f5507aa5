"""The application model of any code base → findings.

What lives here: rules, one file each, and what happens to what they find. What must not: reading files, looking at
source code as text.
"""
