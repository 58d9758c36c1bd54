"""What the signal about persons perceived differently is made of."""
