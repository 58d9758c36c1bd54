"""The 2 x 2 tables of tests/reference/stats_tables.csv, and its values."""

import numpy as np


def values(rows, case, quantity):
    got = [float(row["value"]) for row in rows if (row["case"], row["quantity"]) == (case, quantity)]
    assert got, (case, quantity)
    return np.array(got)


def tables(rows, case):
    """Focal events and persons, reference events and persons, each of shape (S,)."""
    a, b, c, d = values(rows, case, "tables").reshape(-1, 4).T
    return a, a + b, c, c + d
