"""Known attacks do not succeed, and nothing leaks."""
