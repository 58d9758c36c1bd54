"""Which officers stand out, when officers differ although nobody profiles.

z-scores of officers are wider than N(0, 1): no record holds all that an officer is assigned to. What is natural must
be learnt, and three ways were tried on simulated officers (benchmarks/officers_null.py; the figures are in
benchmarks/results/officers_null.csv):

* the normal that the middle of the z-scores shows (Efron's empirical null): refused. Officers have different numbers
  of stops, so their z-scores are a mixture of normals with a tail heavier than its middle, and the rate fails even
  where natural differences are normal;
* ranks among negative controls of the same officers (`conformal_screen`): kept where the controls vary about as much
  as the focal contrast does and there are officers enough. A control without natural differences (odd days of the
  month) checks the arithmetic and can calibrate nothing; its scale gives it away. With a few hundred officers the
  scale is known badly: controls with half the natural spread were taken for alike in one run out of ten;
* the peers' own robust spread with a conservative tail (`fit_peer_null`): holds everywhere it was tried, at the price
  of power. Used where the controls are not fit for it.

What cannot be promised: any rate below 20 officers; much power below 300 (with natural differences of SD .15 on the
log odds, an odds ratio of 2.7 in 5 % of 50 officers with some 150 stops each was found in 0 to 6 of 100 cases); and
with one control ranks are too coarse to flag a few officers: see `least_p`.

References
----------
Efron, B. (2007). Size, power and false discovery rates. Annals of Statistics 35, 1351-1377.
Bates, S. et al. (2023). Testing for outliers with conformal p-values. Annals of Statistics 51, 149-178.
Ridgeway, G. & MacDonald, J. M. (2009). Journal of the American Statistical Association 104, 661-668.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.conformal.screen import Conformal, TooFewControlsError, conformal_screen
from auditor.stats.fit import NotConverged
from auditor.stats.officer.benchmark import OfficerBenchmark
from auditor.stats.officer.scores import log_odds, normal_log_odds
from auditor.stats.peer.null import FEWEST_PROMISED, PeerNull, fit_peer_null, peer_p
from auditor.stats.screening.multiple import benjamini_hochberg

#: Fewest compared officers whose negative controls may decide: simulated from here on.
FEWEST_CONTROLLED = 300
#: Controls decide only if the focal contrast's natural differences are at most this many times theirs ...
LARGEST_SCALE = 1.5
#: ... or if that hardly matters: the spread of a typical estimate, counting error included, grows at most this much.
LARGEST_GROWTH = 1.1
#: Fewest officers that a peer null can be fitted to.
FEWEST_PEERS = 3
#: Why the negative controls did not decide.
NO_CONTROLS, FEW_OFFICERS, UNMATCHED, NOT_CONVERGED = "no-controls", "few-officers", "unmatched", "not-converged"
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class OfficerScreen:
    """Officers against the null of natural differences; NaN ("not applicable") for those not compared.

    Attributes
    ----------
    kind : str
        "controls", "peers", or "none" (fewer than three officers are compared; nothing is tested).
    reason : str
        Why the controls did not decide, one of this module's names; empty where they did.
    promised : bool
        Whether simulation backs the false discovery rate.
    p_greater, p_less : ndarray, shape (J,)
        One-sided p-values.
    q : ndarray, shape (J,)
        Benjamini-Hochberg values of p_greater over all officers compared.
    estimate, se : ndarray, shape (J,)
        Log odds ratios of the officers' shares to the expected ones, and standard errors where there is no difference.
    least_p : ndarray, shape (J,)
        Resolution floor: the smallest p that ranks among controls can give; 0 for peers.
    conformal : Conformal or None
        The screen of the compared officers, in order, where controls decided: intervals and power by
        `conformal_limits`. Its estimates are those of `normal_log_odds`.
    peers : PeerNull or None
        The peer null of the compared officers, in order, where it decided: by `peer_interval`, `peer_detectable`.
    """

    kind: str
    reason: str
    promised: bool
    p_greater: Array
    p_less: Array
    q: Array
    estimate: Array
    se: Array
    least_p: Array
    conformal: Conformal | None
    peers: PeerNull | None


def screen_officers(result: OfficerBenchmark) -> OfficerScreen:
    """Calibrate the comparisons of officers.

    Parameters
    ----------
    result : OfficerBenchmark
        From `benchmark_officers`. Its negative controls should be contrasts that assignment moves as much as the
        focal one: another group's share rather than odd days.

    Returns
    -------
    OfficerScreen

    Notes
    -----
    Nothing depends on the order or the names of the officers: folds follow the officers' numbers of stops.
    """
    at = np.flatnonzero(result.compared)
    estimate, se = _where_known(log_odds, result.share, result.stops, result.expected, result.error)
    if at.size < FEWEST_PEERS:
        nothing = np.full(result.z.size, np.nan)
        return OfficerScreen("none", FEW_OFFICERS, False, nothing, nothing, nothing, estimate, se, nothing, None, None)
    screen, reason = _by_controls(result, at)
    if screen is not None:
        tails, floor, promised, peers = (screen.p_greater, screen.p_less), screen.least_p, True, None
    else:
        peers, tails = _by_peers(result, at)
        floor, promised = np.zeros(at.size), peers.promised and at.size >= FEWEST_PROMISED
    full = [np.full(result.z.size, np.nan) for _ in range(4)]
    for column, values in zip(full, (*tails, benjamini_hochberg(tails[0]), floor), strict=True):
        column[at] = values
    kind = "controls" if peers is None else "peers"
    return OfficerScreen(kind, reason, promised, full[0], full[1], full[2], estimate, se, full[3], screen, peers)


def _where_known(
    of: Callable[[Array, Array, Array, Array], tuple[Array, Array]],
    share: Array,
    stops: Array,
    expected: Array,
    error: Array,
) -> tuple[Array, Array]:
    """Apply to the officers who have a comparison; NaN for the others."""
    there = np.isfinite(expected)
    estimate, se = np.full(expected.shape, np.nan), np.full(expected.shape, np.nan)
    if there.sum() >= FEWEST_PEERS:
        # Counts come back from shares; their last bits do not.
        k = np.rint(share[there] * stops[there])
        estimate[there], se[there] = of(k, stops[there], expected[there], error[there])
    return estimate, se


def _by_controls(result: OfficerBenchmark, at: NDArray[np.intp]) -> tuple[Conformal | None, str]:
    """The screen against negative controls, or why they cannot decide."""
    if not np.isfinite(result.control[at]).any():
        return None, NO_CONTROLS
    if at.size < FEWEST_CONTROLLED:
        return None, FEW_OFFICERS
    stops = result.stops[at]
    focal, se = _where_known(normal_log_odds, result.share[at], stops, result.expected[at], result.error[at])
    columns = [
        _where_known(normal_log_odds, difference + expected, stops, expected, error)
        for difference, expected, error in zip(
            result.control[at].T, result.control_expected[at].T, result.control_error[at].T, strict=True
        )
    ]
    control, errors = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
    try:
        screen = conformal_screen(focal, se, control, errors, _folds(result, at))
    except TooFewControlsError:
        return None, NO_CONTROLS
    except NotConverged:
        return None, NOT_CONVERGED
    natural = screen.null.natural.sd / float(np.median(se))
    growth = np.hypot(1, screen.null.scale * natural) / np.hypot(1, natural)
    alike = screen.null.scale <= LARGEST_SCALE or growth <= LARGEST_GROWTH
    return (screen, "") if screen.matched and alike else (None, UNMATCHED)


def _folds(result: OfficerBenchmark, at: NDArray[np.intp]) -> NDArray[np.int64]:
    """Folds of like precision, by what the outcome does not enter: stops, then effective stops of colleagues."""
    order = np.lexsort((result.imbalance[at], result.effective[at], result.stops[at]))
    fold = np.empty(at.size, dtype=np.int64)
    fold[order] = np.arange(at.size) % _FOLDS
    return fold


def _by_peers(result: OfficerBenchmark, at: NDArray[np.intp]) -> tuple[PeerNull, tuple[Array, Array]]:
    """The peer null, widened for officers whose expected share is less certain than usual."""
    k, n, expected = result.focal[at], result.stops[at], result.expected[at]
    null = fit_peer_null(k, n, expected)
    error = (result.error[at] / (expected * (1 - expected))) ** 2
    # The fitted spread holds the usual error of an expected share; only what is beyond it is added.
    beyond = np.maximum(error - np.median(error), 0.0)
    null = replace(null, spread=np.sqrt(null.spread**2 + beyond))
    return null, peer_p(null, k, n, expected)
