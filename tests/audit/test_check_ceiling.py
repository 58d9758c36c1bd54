"""The reason that `check` gives for its ceiling: the cap that binds, not the first one met."""

from __future__ import annotations

from auditor.audit.checking import _why
from auditor.audit.verdict import GRADES, Circumstances, Evidence, ceiling
from auditor.audit.wording import text

EXPLORATORY = Circumstances(ceiling=GRADES["notable-departure"], caps=("cap.exploratory",))


def made(*caps: str, grade: str = "strong-signal", family: str = "exposure") -> Evidence:
    return Evidence(
        signal="benchmark",
        family=family,
        testable=True,
        calibrated_p=1.0,
        has_control=True,
        ceiling=GRADES[grade],
        caps=caps,
    )


def why(*evidence: Evidence, about: Circumstances = EXPLORATORY) -> str:
    return _why(evidence, about, ceiling(evidence, about), 20)["why"]


def test_a_cap_of_the_audit_explains_nothing_where_the_tests_reach_no_higher():
    low = made("cap.resident-benchmark", grade="pattern-worth-examining")
    assert why(low) == text("ceiling.why-resident-benchmark")
    assert why(low, made(family="match")) == text("ceiling.why-exploratory")


def test_without_a_cap_one_family_is_the_reason():
    assert why(made(), about=Circumstances()) == text("ceiling.why-one-family")
    assert why(made(), made(family="match"), about=Circumstances()) == text("ceiling.why-none")
