"""What the series signal is made of."""
