"""How often the protocol raises a false alarm, and what it finds: measured on the user's data and on simulated data."""
