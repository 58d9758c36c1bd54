"""Places against negative controls."""
