"""One check, one file: `<family>/<name>.py`. The folder is the registry; the path is the name."""
