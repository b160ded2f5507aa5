"""Serving a service of ours as in production, on loopback: what only helps developers is off.

What lives here: the settings for that. What must not: asking.
"""

ADDRESS = "https://api.example.com"

SETTINGS = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": ADDRESS,
    "ALLOWED_HOSTS": "127.0.0.1,api.example.com",
}
"""The proxy in front, which speaks TLS, is left out: its host is one of those that are answered."""
