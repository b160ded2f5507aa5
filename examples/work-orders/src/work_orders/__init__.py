"""Work order management."""
