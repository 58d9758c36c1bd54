"""Sampling of posteriors, and whether it has converged."""
