"""What a running database says: read through `--database URL`, and compared with the models."""
