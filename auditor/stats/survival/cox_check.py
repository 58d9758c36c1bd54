"""Do the hazards keep their proportion over the time held? Score test of coefficients that drift with time.

The test is that of a model with x g(t) beside x, at the fitted coefficients: scaled Schoenfeld residuals against g(t),
in the exact form that R's `cox.zph` has used since survival 3.0. It takes persons as independent: where they are
clustered, a small p-value may be the clusters' doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.survival.cox import Cox
from auditor.stats.survival.cox_terms import CoxData, information, score
from auditor.stats.survival.kaplan_meier import product_limit

Scale = Literal["km", "rank", "log", "identity"]


@dataclass(frozen=True, slots=True)
class Proportional:
    """Test of proportional hazards.

    Attributes
    ----------
    statistic, p : ndarray, shape (P,)
        For each covariate: chi-square on 1 degree of freedom.
    global_statistic, global_p : float
        For all together: chi-square on P degrees of freedom.
    """

    statistic: Array
    p: Array
    global_statistic: float
    global_p: float


def check_proportional(fit: Cox, scale: Scale = "km") -> Proportional:
    """Test whether the coefficients drift with time.

    Parameters
    ----------
    fit : Cox
        A fitted model.
    scale : {"km", "rank", "log", "identity"}
        g(t): the share that has left by then (all strata together), the rank of the time, its log, or the time.

    Returns
    -------
    Proportional

    Raises
    ------
    ValueError
        If the scale is unknown, or "log" is asked for with an event at time 0.
    NotConverged
        If events are too few, or at too few times, for a drift to be told from the coefficients themselves.

    References
    ----------
    Grambsch, P. M. & Therneau, T. M. (1994). Biometrika 81, 515-526. Therneau & Grambsch (2000). Modeling Survival
    Data, section 6.2.
    """
    data, at = fit.data, fit.terms()
    g = _centred(data, _position(data, scale))
    drift = score(data, at, g)
    blocks = information(data, at), information(data, at, g), information(data, at, g**2)
    left = blocks[2] - blocks[1] @ np.linalg.solve(blocks[0], blocks[1])
    size = np.sqrt(np.abs(np.diag(blocks[2])))
    if not (size > 0).all() or np.linalg.eigvalsh(left / np.outer(size, size))[0] < 1e-10:
        raise NotConverged("too few events, or event times, to tell a drift with time from the coefficients")
    together = float(drift @ np.linalg.solve(left, drift))
    # One covariate's drift beside all coefficients.
    cross = np.einsum("ij,ij->j", blocks[1], np.linalg.solve(blocks[0], blocks[1]))
    alone = drift**2 / (np.diag(blocks[2]) - cross)
    p = special.chdtrc(1, alone)
    return Proportional(alone, p, together, float(special.chdtrc(drift.size, together)))


def _position(data: CoxData, scale: str) -> Array:
    """(T,) the scale of time, g, at each event time."""
    rows, time = data.rows, data.sets.time
    if scale == "identity":
        return time
    if scale == "log":
        if (time <= 0).any():
            raise ValueError("the log scale needs event times above 0")
        return np.log(time)
    if scale == "rank":
        order = np.argsort(rows.time, kind="stable")
        upto = np.concatenate([[0.0], np.cumsum(rows.count[order])])
        below, through = (upto[np.searchsorted(rows.time[order], time, side=s)] for s in ("left", "right"))
        return np.asarray((below + through + 1) / 2, dtype=np.float64)
    if scale == "km":
        times, survival = product_limit(rows)
        before = np.concatenate([[1.0], survival])[np.searchsorted(times, time, side="left")]
        return np.asarray(1 - before, dtype=np.float64)
    raise ValueError(f"scale must be km, rank, log or identity, got {scale!r}")


def _centred(data: CoxData, g: Array) -> Array:
    """Centred over the events: the test does not change, its arithmetic is steadier."""
    return g - g[data.tie].mean()
