"""What the synthetic-control signal is made of."""
