"""Estimates for a region rather than a place."""
