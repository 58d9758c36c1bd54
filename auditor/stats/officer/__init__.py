"""Officers against weighted colleagues."""
