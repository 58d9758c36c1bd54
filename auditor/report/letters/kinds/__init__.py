"""The six kinds of letters, one module each."""
