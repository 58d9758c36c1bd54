"""The second waist: one signal, one place, one comparison; and the review that gathers them.

Nothing here imports a numeric library, so that a review can be read years later with the standard library alone.
"""
