"""The threshold test in its fast form."""
