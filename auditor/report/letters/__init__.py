"""Letters: built as data from a review and what the sender adds, then written in a format."""
