"""Rules about architecture: the folder is the registry."""
