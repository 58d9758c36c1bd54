"""Places against their peers."""
