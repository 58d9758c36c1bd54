"""Figures: the coordinates are worked out here, the drawing is in templates/figures."""
