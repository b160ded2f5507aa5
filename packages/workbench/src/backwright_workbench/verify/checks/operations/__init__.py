"""It starts, reports, drains and survives as production needs."""
