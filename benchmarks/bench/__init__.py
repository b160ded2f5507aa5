"""The side-by-side comparison: `python -m bench`."""
