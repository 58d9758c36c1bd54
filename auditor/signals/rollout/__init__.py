"""What the roll-out signal is made of."""
