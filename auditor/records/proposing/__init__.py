"""What a table of an unknown layout may be: formats and columns proposed, doubts left as questions."""
