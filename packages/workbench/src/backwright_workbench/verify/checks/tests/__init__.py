"""The service's own tests: enough, and able to fail."""
