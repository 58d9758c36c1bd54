"""What the signal about days of operations is made of."""
