"""Two groups compared within strata."""
