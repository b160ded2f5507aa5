"""One reader for each framework: what its spellings mean in the vocabulary of `facts`."""
