"""Follow-up made from whole-number formulas, as in tests/reference/stats_survival.R, and that file's values."""

import numpy as np

i = np.arange(1, 241)
_m = (i * 37) % 101
focal = (i * 7) % 3 == 0
time = 1 + ((i * i * 7 + i * 31) % 97 * (2 + focal) * (250 - _m)) // 400
event = (i * 13) % 10 < 7
stratum = i % 4
count = 1 + i % 5
cluster = (i * i + i) % 23
x = _m / 50 - 1
entry = time * ((i * 11) % 10) // 12
early = (entry < 40) & (time > 5)

# Remission of acute myelogenous leukaemia (Miller 1981, table on p. 49), with and without maintenance.
aml_time = np.array([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45])
aml_event = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
aml_focal = np.repeat([True, False], [11, 12])


def from_r(rows, case, quantity):
    """Values of one quantity of one case, in order."""
    values = [float(row["value"]) for row in rows if (row["case"], row["quantity"]) == (case, quantity)]
    assert values, (case, quantity)
    return np.array(values)
