"""It is fast and small enough, and stays so under load."""
