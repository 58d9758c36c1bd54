"""Write docs/conformance.md: how far every procedure is from the program it is held against.

The tests that read tests/reference/ are run; each comparison that they make is looked at while it is made. What stands
in the table is therefore what is tested, and nothing else.

    python scripts/conformance.py            # writes docs/conformance.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "tests" / "reference"
OUT = ROOT / "docs" / "conformance.md"
FIXTURE = "reference_rows"
DIGITS = "lre"
"""Property under which a test of NIST's data sets tells its suite and how many digits were right."""
REASONS = {
    ("test_clustered", "test_is_close_to_clubsandwich"): (
        "clubSandwich takes roots by Cholesky factors of the working variance, we do not; with equal weights both are "
        "the same (the row above)"
    ),
    ("test_shrink", "test_integrated_agrees_with_r"): (
        "the spread over places agrees to 3e-4; means and errors to 1e-10, to 2e-6 with three places, whose tail R "
        "cuts off near 2^40 errors"
    ),
    ("test_exact_strata", "test_agrees_with_r"): (
        "mantelhaen.test finds estimate and limits by uniroot at a tolerance of about 1e-4 (an upper limit of 269 as "
        "the reciprocal of one); its p-values agree to 1e-9"
    ),
    ("test_person_fixed_effects", "test_additive_strata_agree_with_r"): (
        "CR2 in R also counts the strata, which makes 1 % here; the effects agree to 1e-9"
    ),
}
"""Why a gap is larger than rounding explains, by test file and test."""
_ROUNDING = 1e-7


@dataclass
class Gaps:
    """Largest gaps of one test: numbers compared, absolute, and relative to reference values above 1e-9."""

    points: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    failed: bool = False

    def see(self, got: Any, want: Any) -> None:
        """Take a comparison in; what is not numbers is passed over."""
        try:
            a, b = np.broadcast_arrays(np.asarray(got, dtype=float), np.asarray(want, dtype=float))
        except (TypeError, ValueError):
            return
        finite = np.isfinite(a) & np.isfinite(b)
        self.points += a.size
        gap, size = np.abs(a[finite] - b[finite]), np.abs(b[finite])
        self.absolute = max(self.absolute, float(gap.max(initial=0.0)))
        large = size > 1e-9
        self.relative = max(self.relative, float((gap[large] / size[large]).max(initial=0.0)))


@dataclass(eq=False)
class Recorder:
    """A plugin of pytest that looks at every comparison of the tests that read reference values."""

    found: dict[tuple[str, str], Gaps] = field(default_factory=dict)
    current: Gaps | None = None
    digits: dict[str, list[float | str]] = field(default_factory=dict)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the tests that read reference values, and those of NIST's data sets."""
        kept = [i for i in items if FIXTURE in getattr(i, "fixturenames", ()) or i.get_closest_marker("strd")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Look at the comparisons of this test from now on."""
        key = (str(Path(item.path).relative_to(ROOT)), item.originalname)  # type: ignore[attr-defined]
        self.current = self.found.setdefault(key, Gaps())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure; stop looking when the test is over."""
        if self.current is not None:
            self.current.failed |= report.failed
        if report.when == "teardown":
            self.current = None
            for name, value in report.user_properties:
                if name == DIGITS:
                    self.digits.setdefault(value[0], []).append(value[1])

    def watch(self) -> None:
        """Stand between the tests and what they compare with."""
        allclose = np.testing.assert_allclose
        np.testing.assert_allclose = self._seen(allclose)
        for kind in {type(pytest.approx(value)) for value in (1.0, [1.0], {"a": 1.0}, np.ones(1))}:
            kind.__eq__ = self._approx(kind.__eq__)

    def _seen(self, compare: Callable[..., Any]) -> Callable[..., Any]:
        def seen(actual: Any, desired: Any, *args: Any, **options: Any) -> Any:
            if self.current is not None:
                self.current.see(actual, desired)
            return compare(actual, desired, *args, **options)

        return seen

    def _approx(self, equal: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        def seen(approximate: Any, actual: Any) -> bool:
            held, self.current = self.current, None  # an approximate list compares its parts in the same way
            try:
                result = equal(approximate, actual)
            finally:
                self.current = held
            if held is not None:
                held.see(_plain(actual), _plain(approximate.expected))
            return result

        return seen


def _plain(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value


def _programs(file: str) -> str:
    """Return the files of reference values that a test file names, with the programs that made them."""
    named = sorted(set(re.findall(r"[a-z0-9_]+\.csv", (ROOT / file).read_text(encoding="utf-8"))))
    told = []
    for name in named:
        if (REFERENCE / name).is_file():
            first = (REFERENCE / name).read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ").strip()
            told.append(f"{first} (`{name}`)")
    return "; ".join(told) or "in the test"


def _reason(file: str, name: str, gaps: Gaps) -> str:
    """Return why a gap is as it is.

    Raises
    ------
    SystemExit
        When nobody has written why.
    """
    if (Path(file).stem, name) in REASONS:
        return REASONS[Path(file).stem, name]
    if gaps.relative > _ROUNDING:
        raise SystemExit(f"{file}::{name} is {gaps.relative:.1e} from its reference: say why in REASONS")
    return "rounding"


def _rows(found: Iterable[tuple[tuple[str, str], Gaps]]) -> Iterable[str]:
    for (file, name), gaps in found:
        what = name.removeprefix("test_").replace("_", " ")
        yield (
            f"| [{Path(file).stem.removeprefix('test_')}](../{file}): {what} | {_programs(file)} | {gaps.points:,} "
            f"| {gaps.absolute:.1e} | {gaps.relative:.1e} | {_reason(file, name, gaps)} |"
        )


def _suites(digits: dict[str, list[float | str]]) -> Iterable[str]:
    """Return a row for each suite of NIST's: the fewest digits right, or a refusal."""
    for suite, found in sorted(digits.items()):
        told = [value for value in found if isinstance(value, str)]
        least = told[0] if told else f"{min(value for value in found if not isinstance(value, str)):.1f}"
        yield f"| {suite} | {len(found)} | {least} |"


def main() -> int:
    """Run the tests and write the page; 1 where one of them fails."""
    texts = {file: file.read_text("utf-8") for file in sorted((ROOT / "tests").rglob("test_*.py"))}
    files = [str(file) for file, text in texts.items() if FIXTURE in text or "mark.strd" in text]
    recorder = Recorder()
    recorder.watch()
    code = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files], plugins=[recorder])
    found = sorted((key, gaps) for key, gaps in recorder.found.items() if gaps.points)
    if code or any(gaps.failed for _, gaps in found):
        return 1
    points = sum(gaps.points for _, gaps in found)
    files = len({file for (file, _), _ in found})
    head = _HEAD.format(points=points, tests=len(found), files=files, digits="\n".join(_suites(recorder.digits)))
    OUT.write_text(head + "\n".join(_rows(found)) + "\n")
    return 0


_HEAD = """# Our numbers beside other programs'

Every procedure that this project wrote itself is tested against an independent program; the scripts that made the
reference values and what they printed stand in [tests/reference](../tests/reference/). This page is written by
`python scripts/conformance.py`, which runs those tests and looks at each comparison while it is made: {points:,}
numbers in {tests} tests of {files} files. Closed forms, exact enumeration, published tables and simulations are tested
besides and are not in the table.

Gaps are the largest over a test's cases: absolute, and relative to reference values above 1e-9. Where they are more
than rounding, the last column says why our numbers differ from R's. The sun is not in the table, for its tests hold the
largest difference against a bound: 4.2 s from pvlib's ephemeris anywhere south of 55 degrees north
([sun](../tests/stats/clock/test_sun.py)).

## Reference data sets of NIST

Correct digits (base-10 log relative error, 15 at most) against the certified values of NIST's Statistical Reference
Datasets, the fewest of each suite (`pytest -m strd`, [test_strd](../tests/stats/test_strd.py)). Means and standard
deviations are those of our differences of means, coefficients those of our outcome regression. Of an analysis of
variance, and of the classical errors of a regression, we have no function that could be asked. In Wampler's fourth and
fifth set the residuals are 10^4 and 10^6 times the coefficients: R's `lm` has 7.5 and 5.5 digits right there. A double
holds the data of NumAcc3 and NumAcc4 themselves to 9 and 8 digits of their spread. PiDigits is left out (its digits
were not to be had in a form that agrees with its certified mean).

| suite | data sets | fewest digits right |
|---|---|---|
{digits}

## Other programs

| procedure and what is compared | reference | numbers | largest gap | relative | why |
|---|---|---|---|---|---|
"""

if __name__ == "__main__":
    sys.exit(main())
