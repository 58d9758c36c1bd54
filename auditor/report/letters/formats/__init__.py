"""The formats in which one letter is written."""
