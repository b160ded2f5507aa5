"""A service of several tenants, for the tests of their isolation."""
