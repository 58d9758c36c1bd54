"""Interrupted series."""
