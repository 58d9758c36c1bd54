"""Recorded groups against what surnames and places of residence make likely."""
