"""Times held, with some that have not ended."""
