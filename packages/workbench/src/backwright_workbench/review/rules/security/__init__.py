"""Rules about security: the folder is the registry."""
