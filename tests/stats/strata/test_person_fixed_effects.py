"""Person fixed effects: R with clubSandwich, the Texas stops of Gera & Pierson, shuffles, simulation."""

import csv
import gzip

import numpy as np
import pytest

from auditor.stats.strata.person_fixed_effects import person_cells, person_effect
from auditor.stats.strata.person_strata import adjusted_person_effect

ROWS = np.arange(240)
PERSON, STRATUM = (ROWS * ROWS + ROWS // 5) % 61, (ROWS * 7 + ROWS // 9) % 5
FOCAL, OUTCOME = (ROWS * ROWS + 3 * ROWS) % 7 < 3, (ROWS * 13 + ROWS // 11) % 6 < 2


def fit(unit, focal, outcome, **options):
    cells = person_cells(unit, focal, outcome)
    return person_effect(*cells, np.zeros(cells[0].size, dtype=int), 1, **options)


@pytest.fixture(scope="module")
def reference(reference_rows):
    return {row["case"]: row for row in reference_rows("stats_person.csv")}


@pytest.fixture(scope="module")
def texas(shared_data):
    """Stops of drivers perceived both as Hispanic and as white (Gera & Pierson 2024)."""
    name = "gera_pierson_filtered_tx_processed_hispanic_white_drivers_driver_race.csv.gz"
    with gzip.open(shared_data / name, "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    columns = {k: np.array([row[k] for row in rows]) for k in ("driver_id", "driver_race", "search_conducted")}
    return columns["driver_id"], columns["driver_race"] == "Hispanic", columns["search_conducted"] == "True"


def agrees(effect, se, df, row):
    for got, name in ((effect, "effect"), (se, "se"), (df, "df")):
        np.testing.assert_allclose(got, float(row[name]), rtol=1e-10, err_msg=name)


def test_clustered_errors_agree_with_club_sandwich(reference):
    """clubSandwich 0.5.8: coef_test(lm(y ~ x + person), "CR2")  # script: tests/reference/stats_person.R"""
    got = fit(PERSON, FOCAL, OUTCOME)
    agrees(got.effect[0], got.se[0], got.df[0], reference["person"])


def test_exact_p_agrees_with_r(reference):
    """R 4.2.2: mantelhaen.test(exact = TRUE, alternative = "greater"), strata are persons  # script as above"""
    shuffled = fit(PERSON, FOCAL, OUTCOME).shuffled
    assert shuffled.exact[0]
    np.testing.assert_allclose(shuffled.p_greater[0], float(reference["person"]["p_greater"]), rtol=1e-10)


def test_units_within_strata_cluster_by_person(reference):
    """clubSandwich: lm(y ~ x + interaction(person, stratum)), clustered by person  # script as above"""
    unit = PERSON * 5 + STRATUM
    got = fit(unit, FOCAL, OUTCOME, person=np.unique(unit) // 5)
    agrees(got.effect[0], got.se[0], got.df[0], reference["interacted"])


def test_additive_strata_agree_with_r(reference):
    """R's lm(y ~ x + person + stratum): the effect to rounding; CR2 there also counts the strata (1 % here)."""
    got, low, high = adjusted_person_effect(PERSON, STRATUM, FOCAL, OUTCOME, np.zeros(240, dtype=int), 1)
    np.testing.assert_allclose(got.effect[0], float(reference["additive"]["effect"]), rtol=1e-9)
    np.testing.assert_allclose(got.se[0], float(reference["additive"]["se"]), rtol=0.02)
    assert low[0] < got.effect[0] < high[0]


def test_texas_gives_the_published_effect(texas):
    """+0.258 percentage points searched when perceived as Hispanic; 7,462 drivers, 18,807 stops."""
    got = fit(*texas)
    assert round(100 * got.effect[0], 3) == 0.258
    assert (got.persons[0], got.rows[0]) == (7462, 18807)
    # CR1, sqrt(G / (G - 1) sum u^2) / D, computed from the same sums with pandas: 0.18941.
    assert 100 * got.se[0] == pytest.approx(0.1894, abs=2e-4)


def test_texas_exact_p_is_what_shuffling_gives(texas):
    """8,000 shuffles of the perceptions within drivers, drawn as rows and not by our formula."""
    driver, focal, outcome = texas
    exact = fit(*texas).shuffled
    unit = np.unique(driver, return_inverse=True)[1]
    some = np.isin(unit, unit[outcome])  # drivers never searched add the same to every shuffle
    unit, focal, outcome = unit[some], focal[some], outcome[some]
    order = np.argsort(unit, kind="stable")
    unit, focal, outcome = unit[order], focal[order], outcome[order]
    rng, draws = np.random.default_rng(11), 8_000
    sums = np.empty(draws)
    for i in range(draws):
        shuffled = np.lexsort((rng.random(unit.size), unit))
        sums[i] = (focal[shuffled] & outcome).sum()
    assert np.mean(sums >= (focal & outcome).sum()) == pytest.approx(exact.p_greater[0], abs=0.013)  # 4 errors
    assert 0.05 < exact.p_greater[0] < 0.15


def test_hand_arithmetic():
    """Two persons, two occasions each: differences 1 - 0 and 0 - 0, so the effect is 1/2; the exact p is 1/2."""
    got = fit([1, 1, 2, 2], np.array([True, False, True, False]), np.array([True, False, False, False]))
    assert got.effect[0] == 0.5
    assert got.shuffled.p_greater[0] == pytest.approx(0.5, rel=1e-14)
    assert got.shuffled.p_less[0] == 1.0


def test_places_do_not_touch_each_other():
    rng = np.random.default_rng(3)
    person, focal, outcome = rng.integers(0, 90, 900), rng.random(900) < 0.4, rng.random(900) < 0.2
    place = person % 3
    cells = person_cells(person, focal, outcome)
    got = person_effect(*cells, np.unique(person) % 3, 4)
    strata = adjusted_person_effect(person, rng.integers(0, 4, 900) * 0, focal, outcome, place, 4)[0]
    for j in range(3):
        alone = fit(person[place == j], focal[place == j], outcome[place == j])
        np.testing.assert_allclose(got.effect[j], alone.effect[0], rtol=1e-12)
        np.testing.assert_allclose(got.se[j], alone.se[0], rtol=1e-12)
        np.testing.assert_allclose(got.shuffled.p_greater[j], alone.shuffled.p_greater[0], rtol=1e-12)
    np.testing.assert_allclose(strata.se, got.se, rtol=1e-9)
    assert np.isnan(got.effect[3])
    assert np.isnan(strata.effect[3])
    assert (got.low[3], got.high[3], got.shuffled.p_greater[3]) == (-1, 1, 1)


def test_one_person_has_an_effect_and_no_error():
    got = fit([1, 1, 1], np.array([True, True, False]), np.array([True, False, False]))
    assert got.effect[0] == 0.5
    assert np.isnan(got.se[0])
    assert (got.low[0], got.high[0]) == (-1, 1)


def test_relabelling_turns_the_sign():
    one, other = fit(PERSON, FOCAL, OUTCOME), fit(PERSON, ~FOCAL, OUTCOME)
    np.testing.assert_allclose(one.effect, -other.effect, rtol=1e-12)
    np.testing.assert_allclose(one.shuffled.p_greater, other.shuffled.p_less, rtol=1e-12)


def test_size_and_coverage_in_simulation():
    """2,000 places of 60 persons, 2 to 5 occasions each: the exact test is at most .05 + 2 errors, coverage .93-.97."""
    rng, places, people = np.random.default_rng(5), 2000, 60
    size = rng.integers(2, 6, places * people)
    place = np.repeat(np.arange(places), people)
    person = np.repeat(np.arange(size.size), size)
    focal = rng.random(person.size) < 0.5
    for effect in (0.0, 0.2):
        natural = rng.beta(2, 6, size.size)[person]
        cells = person_cells(person, focal, rng.random(person.size) < natural + effect * focal)
        got = person_effect(*cells, place, places)
        assert np.mean((got.low <= effect) & (effect <= got.high)) == pytest.approx(0.95, abs=0.02)
        if effect == 0:
            assert 0.02 < np.mean(got.shuffled.p_greater <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / places)
        else:
            assert np.mean(got.shuffled.p_greater <= 0.05) > 0.75


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"both": [3]}, "unit 0 cannot be: 4 rows, 2 marked, 1 with the outcome, 3 both"),
        ({"size": [1.5]}, "size must be whole numbers"),
        ({"place": [2]}, "place must lie between 0 and 0"),
        ({"place": [0.0]}, "place must hold whole numbers"),
        ({"level": 1.0}, "level must lie strictly between 0 and 1"),
        ({"person": [1, 2]}, r"person has shape \(2,\)"),
    ],
)
def test_bad_input_is_refused(change, message):
    arguments = {"both": [1], "focal": [2], "outcome": [1], "size": [4], "place": [0], "places": 1} | change
    with pytest.raises(ValueError, match=message):
        person_effect(**arguments)


def test_marks_that_are_no_truth_values_are_refused():
    with pytest.raises(ValueError, match="focal must hold one truth value an occasion"):
        person_cells([1, 2], [1, 0], np.array([True, False]))
    with pytest.raises(ValueError, match="truth value"):
        adjusted_person_effect([1], [1], [1], np.array([True]), [0], 1)
    with pytest.raises(ValueError, match="stratum must hold one whole number"):
        adjusted_person_effect([1], ["a"], np.array([True]), np.array([True]), [0], 1)
