"""Made-up records: shuffles, enumeration, honest simulated files, and scenario 35 (ghost records)."""

import csv
import gzip
from collections import Counter
from fractions import Fraction
from itertools import product
from math import factorial, prod

import numpy as np
import pytest

from auditor.stats.authenticity.blocks import copied_blocks
from auditor.stats.authenticity.digits import digit_test, exact_even, first_digits, last_digits
from auditor.stats.authenticity.rows import identical_rows
from auditor.stats.authenticity.time import close_pairs, silence


def rows_file(rng, places, rows, details, ghosts=0.0):
    """Key: one of 20 officers by 15 offences (Zipf); detail: falling chances; ghosts copy both from another row."""
    size = places * rows
    weights = 1 / np.arange(1, 16)
    key = rng.integers(0, 20, size) * 15 + rng.choice(15, size, p=weights / weights.sum())
    falling = np.exp(-3 * np.arange(details) / details)
    detail = rng.choice(details, size, p=falling / falling.sum())
    for j in range(places if ghosts else 0):
        chosen = rng.choice(rows, 2 * int(ghosts * rows), replace=False) + j * rows
        target, source = np.split(chosen, 2)
        key[target], detail[target] = key[source], detail[source]
    return key, detail, np.zeros(size, dtype=int), np.repeat(np.arange(places), rows), places


def test_pairs_by_hand():
    """Keys aabb, details xxxy: pairs (1,2) agree on both. Two key pairs, three detail pairs of six: mean 2 * 3 / 6."""
    got = identical_rows([0, 0, 1, 1], [5, 5, 5, 7], [0] * 4, [0] * 4, 2)
    assert (got.pairs[0], got.repeated[0], got.rows[0]) == (1, 2, 4)
    assert got.expected[0] == pytest.approx(1, rel=1e-14)
    assert got.sd[0] == pytest.approx(0, abs=1e-7)  # whichever row holds y, one pair is left
    assert (got.pairs[1], got.p[1], got.excess_share[1]) == (0, 1, 0)


def test_mean_and_variance_are_those_of_shuffles():
    """20,000 shuffles of the details within two contexts: mean within 4 errors, SD within 3 %."""
    rng = np.random.default_rng(1)
    key, context = rng.integers(0, 12, 300), rng.integers(0, 2, 300)
    detail = rng.choice(6, 300, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05])
    got = identical_rows(key, detail, context, np.zeros(300, dtype=int), 1)
    drawn = np.empty(20_000)
    for i in range(drawn.size):
        shuffled = detail.copy()
        for c in (0, 1):
            shuffled[context == c] = rng.permutation(shuffled[context == c])
        members = np.bincount((context * 12 + key) * 6 + shuffled)
        drawn[i] = (members * (members - 1)).sum() / 2
    assert got.expected[0] == pytest.approx(drawn.mean(), abs=4 * drawn.std() / np.sqrt(drawn.size))
    assert got.sd[0] == pytest.approx(drawn.std(), rel=0.03)


@pytest.mark.parametrize("details", [60, 3600])
def test_honest_files_are_not_called_copied(details):
    got = identical_rows(*rows_file(np.random.default_rng(2), 300, 1000, details))
    assert np.mean(got.p <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(got.p <= 0.01) <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / 300)


@pytest.mark.parametrize(("rows", "details", "ghosts"), [(2000, 60, 0.05), (1000, 800, 0.05), (2000, 3600, 0.01)])
def test_ghost_rows_are_found(rows, details, ghosts):
    """Scenario 35: power at least .8 at 5 % of ghost rows (already at 1 % with a fine detail); the share is told."""
    got = identical_rows(*rows_file(np.random.default_rng(3), 40, rows, details, ghosts))
    assert np.mean(got.p <= 0.01) >= 0.8
    assert got.excess_share.mean() == pytest.approx(ghosts, rel=0.25)


def sequences(rng, files, rows, kinds, stay, ghosts=0.0, block=10):
    """Codes with Zipf chances that stay the same with a given chance; ghosts paste blocks over other rows."""
    weights = 1 / np.arange(1, kinds + 1) ** 0.8
    code = rng.choice(kinds, (files, rows), p=weights / weights.sum())
    keep = rng.random((files, rows)) < stay
    for t in range(1, rows):
        code[:, t] = np.where(keep[:, t], code[:, t - 1], code[:, t])
    for line in code if ghosts else ():
        for _ in range(round(ghosts * rows / block)):
            source, target = rng.integers(0, rows - block, 2)
            line[target : target + block] = line[source : source + block].copy()
    return code.ravel(), np.repeat(np.arange(files), rows), files


def test_repeats_by_hand():
    """abcdXabcdY: one forward repeat of four rows that covers eight; nothing reads so backwards."""
    got = copied_blocks([1, 2, 3, 4, 8, 1, 2, 3, 4, 9], [0] * 10, 2)
    assert (got.forwards[0], got.backwards[0], got.longest[0], got.covered[0], got.rows[0]) == (1, 0, 4, 8, 10)
    assert got.p_count[0] == 0.5
    assert (got.rows[1], got.p[1]) == (0, 1)


def test_backward_repeats_are_counted_as_forward_ones_in_the_mirror():
    """abcX cba: the mirror image of a paste. And a run of one kind has as many of either."""
    got = copied_blocks([1, 2, 3, 8, 3, 2, 1], [0] * 7, 1)
    assert (got.forwards[0], got.longest[0]) == (0, 0)
    code = [1, 2, 3, 8, 9, 3, 2, 1, 7, 1, 2, 3]
    mirror = copied_blocks(code + code[::-1], [0] * 24, 1)
    assert mirror.p[0] >= 0.5
    run = copied_blocks([5] * 12, [0] * 12, 1)
    assert run.forwards[0] == run.backwards[0]
    assert run.p[0] == 1


@pytest.mark.parametrize(("kinds", "stay"), [(300, 0.0), (40, 0.0), (300, 0.5), (20, 0.7)])
def test_honest_sequences_are_not_called_pasted(kinds, stay):
    """Also where the same kind of row follows itself half of the time: at most .05 + 2 errors of 150 files."""
    got = copied_blocks(*sequences(np.random.default_rng(4), 150, 1000, kinds, stay))
    assert np.mean(got.p <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


@pytest.mark.parametrize(("block", "stay"), [(10, 0.0), (50, 0.0), (50, 0.5)])
def test_pasted_blocks_are_found(block, stay):
    """Scenario 35: 5 % of 2,000 rows pasted in blocks of 10, or of 50 where rows follow their like."""
    got = copied_blocks(*sequences(np.random.default_rng(5), 40, 2000, 300, stay, 0.05, block))
    assert np.mean(got.p <= 0.01) >= 0.8


@pytest.mark.parametrize(("n", "digits"), [(4, 10), (6, 3), (5, 4)])
def test_exact_even_digits_equal_enumeration(n, digits):
    """Exact fractions over every table of n digits."""
    chances: Counter[int] = Counter()
    for table in product(range(n + 1), repeat=digits - 1):
        if sum(table) <= n:
            full = (*table, n - sum(table))
            ways = factorial(n) // prod(factorial(c) for c in full)
            chances[sum(c * c for c in full)] += Fraction(ways, digits**n)
    assert sum(chances.values()) == 1
    for squares in chances:
        tail = float(sum(c for s, c in chances.items() if s >= squares))
        assert exact_even(n, squares, digits) == pytest.approx(tail, rel=1e-12)


@pytest.mark.parametrize("n", [10, 40, 200])
def test_even_last_digits(n):
    """3,000 honest places: at most .05 + 2 errors. One number in five rounded to 0 or 5: found with 200 numbers."""
    rng = np.random.default_rng(n)
    value, place = rng.integers(100, 1000, 3000 * n), np.repeat(np.arange(3000), n)
    got = last_digits(value, place, 3000)
    assert got.exact.all() == (n <= 40)
    assert got.applies.all()
    assert 0.02 <= np.mean(got.p <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 3000)
    if n == 200:
        rounded = np.where(rng.random(value.size) < 0.2, value // 5 * 5, value)
        found = last_digits(rounded, place, 3000)
        assert np.mean(found.p <= 0.01) >= 0.8
        assert found.excess.mean() > got.excess.mean() + 0.05


def test_last_digits_of_small_numbers_do_not_apply():
    got = last_digits([101, 99, 250], [0, 0, 1], 3)
    assert got.applies.tolist() == [False, True, False]
    assert got.counts[0].sum() == 1
    assert got.p[2] == 1
    assert np.isnan(got.excess[2])


def test_chi_square_agrees_with_r():
    """R 4.2.2: chisq.test(c(10, 18, 22, 9, 18, 7, 6, 5, 5), p = log10(1 + 1/(1:9))), printed with 12 digits."""
    got = digit_test([[10, 18, 22, 9, 18, 7, 6, 5, 5]], np.log10(1 + 1 / np.arange(1, 10)), [True])
    assert got.statistic[0] == pytest.approx(33.6154493557, rel=1e-10)
    assert got.p[0] == pytest.approx(4.76884874901e-05, rel=1e-10)


def test_a_single_number_says_nothing_exactly():
    """Whatever its last digit, every table of one number has the same sum of squares: the chance is 1."""
    got = digit_test([[0, 1] + [0] * 8, [0] * 10], np.full(10, 0.1), [False, False])
    assert got.p == pytest.approx([1.0, 1.0], rel=1e-12)
    assert got.exact.tolist() == [True, False]
    assert got.excess[0] == pytest.approx(0.9)  # nine tenths of the number would have to move
    assert np.isnan(got.excess[1])


def test_benford_applies_only_to_numbers_that_spread():
    rng = np.random.default_rng(6)
    wide, narrow = np.floor(10 ** rng.uniform(1, 6, 4000)), rng.integers(18, 80, 4000)
    got = first_digits(np.concatenate([wide, narrow, [0, 7]]), np.r_[np.zeros(4000, int), np.ones(4000, int), 2, 2], 3)
    assert got.applies.tolist() == [True, False, False]
    assert got.p[0] > 0.01
    assert got.p[1] < 1e-6
    assert got.counts[2].tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    powers = first_digits(np.array([1, 9, 10, 99, 100, 999, 1000, 10**9]), np.zeros(8, int), 1)
    assert powers.counts[0].tolist() == [5, 0, 0, 0, 0, 0, 0, 0, 3]


def days(rng, places, rows, ghosts=0.0):
    """Ten officers in shifts of eight hours over 60 days; a ghost follows another record by one or two minutes."""
    size = places * rows
    place, officer, day = np.repeat(np.arange(places), rows), rng.integers(0, 10, size), rng.integers(0, 60, size)
    minute = rng.integers(0, 3, (places, 10, 60))[place, officer, day] * 480 + rng.integers(0, 480, size)
    for j in range(places if ghosts else 0):
        target, source = np.split(rng.choice(rows, 2 * int(ghosts * rows), replace=False) + j * rows, 2)
        officer[target], day[target] = officer[source], day[source]
        minute[target] = np.minimum(minute[source] + rng.integers(1, 3, target.size), 1439)
    return officer, day, minute, place, places


def test_close_pairs_by_hand():
    """Minutes 600, 600, 601, 605, 640 of one officer and day; another day and another officer are apart."""
    got = close_pairs([1, 1, 1, 1, 1, 1, 2], [1, 1, 1, 1, 1, 2, 1], [600, 600, 601, 605, 640, 601, 601], [0] * 7, 2)
    assert (got.same_minute[0], got.close[0], got.near[0]) == (1, 2, 5)
    assert got.expected[0] == 1
    assert got.p[0] == pytest.approx(1 - 0.8**5 - 5 * 0.2 * 0.8**4, rel=1e-12)
    assert got.p[1] == 1


def test_shifts_do_not_look_like_ghosts_and_ghosts_do():
    honest = close_pairs(*days(np.random.default_rng(7), 150, 2000))
    assert np.mean(honest.p <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)
    assert np.mean(close_pairs(*days(np.random.default_rng(8), 40, 2000, 0.05)).p <= 0.01) >= 0.8


def test_silence_by_hand():
    """Poisson months of 4, none over-dispersed: two silent months have log chance -8; too short a series has none."""
    counts = np.zeros((4, 16), dtype=int)
    counts[0, :14] = 4
    counts[1, 3:9] = 4
    counts[2, :16:2] = 4
    got = silence(counts)
    assert got.reported.tolist() == [14, 6, 15, 0]
    assert got.silent.tolist() == [2, 7, 1, 0]
    assert got.earlier_gaps.tolist() == [0, 0, 7, 0]
    assert got.log_p[0] == pytest.approx(-8, rel=1e-6)
    assert got.log_p[1] == 0
    assert got.log_p[2] == pytest.approx(np.log(7.5 / 16), rel=1e-12)
    assert np.isnan(got.q[[1, 3]]).all()


@pytest.mark.parametrize(("mean", "spread"), [(3, 0.0), (30, 0.3), (30, 1.0)])
def test_places_that_stop_are_found_and_others_are_not(mean, spread):
    """2,000 places, 48 months; 100 stop for the last four."""
    rng = np.random.default_rng(9)
    rate = mean * (rng.gamma(1 / spread, spread, (2000, 48)) if spread else np.ones((2000, 48)))
    counts = rng.poisson(rate)
    assert np.nansum(silence(counts).q <= 0.05) <= 2
    counts[:100, -4:] = 0
    found = silence(counts).q <= 0.05
    assert found[:100].mean() >= 0.8
    assert found[100:].sum() <= 0.1 * found.sum()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: identical_rows([0.5], [1], [0], [0], 1), "key must hold one whole number a row"),
        (lambda: identical_rows([0], [1, 2], [0], [0], 1), "detail must hold one whole number a row"),
        (lambda: copied_blocks([0.5], [0], 1), "code must hold one whole number a row"),
        (lambda: copied_blocks([1], [0], 1, shortest=1), "shortest must be 2 or more"),
        (lambda: last_digits([-1], [0], 1), "value must be 0 or more"),
        (lambda: digit_test([[1, 2]], [0.5, 0.4], [True]), "must be shares of the digits"),
        (lambda: close_pairs([1], [1], [1440], [0], 1), "minute must lie between 0 and 1439"),
        (lambda: close_pairs([1], [1], [1], [0], 1, gap=5, window=5), "gap must be at least 1 and less than window"),
        (lambda: close_pairs([1], [0.5], [1], [0], 1), "day must hold one whole number a record"),
        (lambda: silence([1, 2]), "places by months"),
        (lambda: silence([[1, 2]], fewest=1), "fewest must be 2 or more"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_empty_files_are_no_error():
    none = np.zeros(0, dtype=int)
    assert identical_rows(none, none, none, none, 1).p[0] == 1
    assert copied_blocks(none, none, 1).p[0] == 1
    assert last_digits(none, none, 1).p[0] == 1
    assert first_digits(none, none, 1).p[0] == 1
    assert close_pairs(none, none, none, none, 1).p[0] == 1


def test_texas_bulk_entries_stand_out_and_the_rest_does_not(shared_data):
    """Stops of Gera & Pierson's file: 38 toll notices of two officers, all at 00:01, make 351 pairs.

    Key officer and violation, detail the minute of the hour, context the year.
    """
    name = "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz"
    with gzip.open(shared_data / name, "rt", encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["officer_id"] and row["violation"]]
    toll = np.array([row["violation"].startswith("Failure to Pay Toll") and row["time"] == "00:01:00" for row in rows])
    assert toll.sum() == 38

    def check(kept):
        chosen = [row for row, keep in zip(rows, kept, strict=True) if keep]
        key = np.unique([row["officer_id"] + row["violation"] for row in chosen], return_inverse=True)[1]
        minute, year = (np.array([int(row[c][a:b]) for row in chosen]) for c, a, b in (("time", 3, 5), ("date", 0, 4)))
        return identical_rows(key, minute, year, np.zeros(key.size, dtype=int), 1)

    all_, rest = check(np.ones(toll.size, dtype=bool)), check(~toll)
    assert all_.p[0] < 1e-30
    assert rest.p[0] > 0.01
    assert all_.pairs[0] - rest.pairs[0] == 22 * 21 / 2 + 16 * 15 / 2
