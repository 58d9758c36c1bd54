"""Signals of discretion: what an officer may choose, held against what victims report."""
