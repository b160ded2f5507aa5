"""Nobody gets further than the rules say."""
