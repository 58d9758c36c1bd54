"""Tables that stay where they are: a warehouse groups and counts, cells come back."""
