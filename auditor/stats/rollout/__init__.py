"""Staggered roll-outs."""
