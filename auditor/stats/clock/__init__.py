"""Clock times and the sun."""
