"""Recorded groups against chances from surname and area, and what wrong or missing records could do."""
