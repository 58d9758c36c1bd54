"""What the comparison of officers is made of."""
