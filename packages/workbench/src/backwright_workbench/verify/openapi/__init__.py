"""The OpenAPI document of what is verified: is it valid, is it careful, is it true?

What lives here: reading it, the rules that it is held against, requests made up from it. What must not: checks.
"""
