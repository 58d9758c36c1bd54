"""No-U-turn sampling of a smooth density, all chains evaluated together.

Each chain is a generator that asks for the log density and gradient at one point at a time. The driver stacks what
the chains ask for and evaluates it in one call, so the cost of Python is shared while every chain grows its own tree
and draws from its own stream: a chain's draws do not depend on how long the trees of the others are.

References
----------
Hoffman, M. D. & Gelman, A. (2014). The No-U-Turn Sampler. Journal of Machine Learning Research 15, 1593-1623.
Betancourt, M. (2017). A conceptual introduction to Hamiltonian Monte Carlo. arXiv:1701.02434, appendix A (multinomial
    weights along the trajectory, and the turning criterion by summed momenta, here through their velocities).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from auditor.stats.checks import Array
from auditor.stats.fit import NotConverged
from auditor.stats.mcmc.metric import Metric

#: Log density and gradient of the points of the named chains: (K, dim) and (K,) give (K,) and (K, dim).
Density = Callable[[Array, NDArray[np.intp]], tuple[Array, Array]]
Ask = Generator[Array, tuple[float, Array], "Point"]
Answer = TypeVar("Answer")
#: Asks for the points of several chains at once (see `gather`).
Gathered = Generator[tuple[Array, NDArray[np.intp]], tuple[Array, Array], Answer]

_DIVERGENT = 1000.0


class Point(NamedTuple):
    """A position with its momentum, log density and gradient.

    Attributes
    ----------
    q, p, gradient : ndarray, shape (dim,)
    velocity, drift : ndarray, shape (dim,)
        Inverse mass matrix times momentum, and times gradient: one product a step serves both.
    value : float
    """

    q: Array
    p: Array
    velocity: Array
    value: float
    gradient: Array
    drift: Array

    @classmethod
    def of(cls, q: Array, p: Array, value: float, gradient: Array, metric: Metric) -> Point:
        """A point whose products with the inverse mass matrix are worked out."""
        return cls(q, p, metric.velocity(p), value, gradient, metric.velocity(gradient))

    @property
    def kinetic(self) -> float:
        """Half the momentum's squared length."""
        return 0.5 * float(self.p @ self.velocity)


class Draw(NamedTuple):
    """One transition of one chain.

    Attributes
    ----------
    q, gradient : ndarray, shape (dim,)
    value : float
        Log density at q.
    energy : float
        Hamiltonian at the start of the transition, after the momentum was drawn.
    acceptance : float
        Mean acceptance probability over the trajectory: what the step size is tuned to.
    steps : int
        Leapfrog steps taken.
    divergent : bool
        Whether the trajectory's energy ran away.
    """

    q: Array
    value: float
    gradient: Array
    energy: float
    acceptance: float
    steps: int
    divergent: bool


class _Tree(NamedTuple):
    """A stretch of trajectory: its ends in time order, a point drawn from it, and what is summed along it."""

    left: Point
    right: Point
    chosen: Point
    velocity: Array
    log_weight: float
    accepted: float
    steps: int
    turning: bool
    divergent: bool

    @property
    def stopped(self) -> bool:
        return self.turning or self.divergent


class _Walk(NamedTuple):
    """What stays fixed during one transition."""

    metric: Metric
    step: float
    energy: float
    rng: np.random.Generator


def gather(asking: list[Generator[Array, tuple[float, Array], Answer]]) -> Gathered[list[Answer]]:
    """Run generators side by side and ask for all of a round's points at once.

    Parameters
    ----------
    asking : list of generator
        Generator c asks for chain c; those that return earlier leave the others to go on.

    Yields
    ------
    points : ndarray, shape (K, dim)
    chains : ndarray of int, shape (K,)
        Whose points they are. Log densities and gradients, (K,) and (K, dim), are to be sent back.

    Returns
    -------
    list
        What each generator returned.
    """
    answers: dict[int, Answer] = {}
    asked = {c: next(asker) for c, asker in enumerate(asking)}
    while asked:
        values, gradients = yield np.array(list(asked.values())), np.fromiter(asked, dtype=np.intp)
        questions: dict[int, Array] = {}
        for c, value, gradient in zip(asked, values.tolist(), gradients, strict=True):
            try:
                questions[c] = asking[c].send((value, gradient))
            except StopIteration as end:
                answers[c] = end.value
        asked = questions
    return [answers[c] for c in range(len(asking))]


def answer(density: Density, gathered: Gathered[Answer]) -> Answer:
    """Answer what is asked by the density until the generator returns."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        asked = next(gathered)
        while True:
            try:
                asked = gathered.send(density(*asked))
            except StopIteration as end:
                returned: Answer = end.value
                return returned


def answer_all(density: Density, gathered: Sequence[Gathered[Answer]]) -> list[Answer | NotConverged]:
    """Answer several at once, so that they share the cost of each evaluation.

    Parameters
    ----------
    density : callable
        Of the points of the named data sets: what entry b of `gathered` asks for is of data set b.
    gathered : sequence of generator

    Returns
    -------
    list
        What each returned, or the `NotConverged` that it raised; the others go on.
    """
    answers: dict[int, Answer | NotConverged] = {}
    asked = {b: next(asker)[0] for b, asker in enumerate(gathered)}
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while asked:
            sizes = [len(points) for points in asked.values()]
            which = np.repeat(np.fromiter(asked, dtype=np.intp), sizes)
            values, gradients = density(np.concatenate(list(asked.values())), which)
            ends = np.cumsum(sizes)[:-1]
            questions: dict[int, Array] = {}
            for b, value, gradient in zip(asked, np.split(values, ends), np.split(gradients, ends), strict=True):
                try:
                    questions[b] = gathered[b].send((value, gradient))[0]
                except StopIteration as end:
                    answers[b] = end.value
                except NotConverged as problem:
                    answers[b] = problem
            asked = questions
    return [answers[b] for b in range(len(gathered))]


def transition(
    q: Array, value: float, gradient: Array, metric: Metric, step: float, rng: np.random.Generator, deepest: int
) -> Generator[Array, tuple[float, Array], Draw]:
    """Ask for what one transition needs, and return the draw.

    Parameters
    ----------
    q, value, gradient : ndarray, float, ndarray
        Where the chain stands.
    metric : Metric
    step : float
        Leapfrog step size.
    rng : numpy.random.Generator
    deepest : int
        Most doublings of the trajectory.
    """
    start = Point.of(q, metric.momentum(rng), value, gradient, metric)
    energy = start.kinetic - value
    walk = _Walk(metric, step, energy, rng)
    tree = _Tree(start, start, start, start.velocity, 0.0, 0.0, 0, False, False)
    for depth in range(deepest):
        forward = bool(rng.random() < 0.5)
        grown = yield from _grow(walk, tree.right if forward else tree.left, depth, forward)
        tree = _join(walk, tree, grown, forward, biased=True)
        if tree.stopped:
            break
    accepted = tree.accepted / max(tree.steps, 1)
    chosen = tree.chosen
    return Draw(chosen.q, chosen.value, chosen.gradient, energy, accepted, tree.steps, tree.divergent)


def _grow(walk: _Walk, edge: Point, depth: int, forward: bool) -> Generator[Array, tuple[float, Array], _Tree]:
    """A tree of 2**depth new points beyond the edge, or what there is of it when it stops early."""
    if depth == 0:
        point = yield from leapfrog(edge, walk.metric, walk.step if forward else -walk.step)
        return _leaf(walk, point)
    inner = yield from _grow(walk, edge, depth - 1, forward)
    if inner.stopped:
        return inner
    outer = yield from _grow(walk, inner.right if forward else inner.left, depth - 1, forward)
    return _join(walk, inner, outer, forward, biased=False)


def leapfrog(at: Point, metric: Metric, step: float) -> Ask:
    """Ask for the density one leapfrog step away."""
    half = at.velocity + (0.5 * step) * at.drift
    q = at.q + step * half
    value, gradient = yield q
    drift = metric.velocity(gradient)
    p = at.p + (0.5 * step) * (at.gradient + gradient)
    return Point(q, p, half + (0.5 * step) * drift, value, gradient, drift)


def _leaf(walk: _Walk, point: Point) -> _Tree:
    rise = walk.energy - (point.kinetic - point.value)
    if not math.isfinite(rise):
        rise = -math.inf
    divergent = rise < -_DIVERGENT
    accepted = math.exp(min(rise, 0.0))
    return _Tree(point, point, point, point.velocity, rise, accepted, 1, False, divergent)


def _join(walk: _Walk, old: _Tree, new: _Tree, forward: bool, biased: bool) -> _Tree:
    """Two adjacent stretches as one; `biased` prefers the new half, as the outermost doubling may."""
    left, right = (old, new) if forward else (new, old)
    total = _log_sum(old.log_weight, new.log_weight)
    velocity = old.velocity + new.velocity
    if new.stopped:
        chosen, turning = old.chosen, new.turning
    else:
        against = old.log_weight if biased else total
        take = walk.rng.random() < math.exp(min(new.log_weight - against, 0.0))
        chosen = new.chosen if take else old.chosen
        turning = _turns(velocity, left.left, right.right) or _turns_between(left, right)
    accepted, steps = old.accepted + new.accepted, old.steps + new.steps
    return _Tree(left.left, right.right, chosen, velocity, total, accepted, steps, turning, new.divergent)


def _turns_between(left: _Tree, right: _Tree) -> bool:
    """Whether one half and the first point of the other turn; two single points are their own halves."""
    if left.left is left.right and right.left is right.right:
        return False
    return _turns(left.velocity + right.left.velocity, left.left, right.left) or _turns(
        left.right.velocity + right.velocity, left.right, right.right
    )


def _turns(velocity: Array, first: Point, last: Point) -> bool:
    return bool(velocity @ first.p <= 0 or velocity @ last.p <= 0)


def _log_sum(a: float, b: float) -> float:
    """Log of exp(a) + exp(b); a is finite."""
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))
