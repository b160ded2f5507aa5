"""What is published is what is served."""
