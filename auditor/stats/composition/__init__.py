"""What events are made up of, month by month."""
