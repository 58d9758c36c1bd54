"""Panels that several tests of the staggered roll-out share."""

import csv

import numpy as np

from auditor.stats.rollout.study import group_time

SMALL = np.array([[1, 2, 4, 8], [3, 3, 5, 6], [0, 2, 2, 9], [5, 5, 7, 7], [2, 1, 0, 4], [1, 4, 3, 3], [6, 5, 5, 5]])
BEGUN = np.array([2, 2, 3, 3, np.inf, np.inf, np.inf])
WEIGHT = [1, 3, 2, 2, 1, 4, 3]


def county_employment(shared_data):
    """County teen employment, 2003 to 2007: outcome, first year, log population."""
    rows = list(csv.DictReader((shared_data / "mpdta.csv").read_text().splitlines()))
    place = {name: i for i, name in enumerate(sorted({row["countyreal"] for row in rows}))}
    y, first, x = np.full((len(place), 5), np.nan), np.zeros(len(place)), np.zeros(len(place))
    for row in rows:
        j = place[row["countyreal"]]
        y[j, int(row["year"]) - 2003] = float(row["lemp"])
        first[j], x[j] = float(row["first.treat"]) or np.inf, float(row["lpop"])
    return y, first, x


def fitted(panel, covariates=False, **options):
    y, first, x = panel
    return group_time(y, first, periods=np.arange(2003, 2008), covariates=x if covariates else None, **options)
