"""Rules about performance: the folder is the registry."""
