"""Rates, shares, and ratios of them."""
