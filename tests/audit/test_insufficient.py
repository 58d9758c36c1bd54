"""The summary of a place that no test could measure names the commonest reasons, not every one."""

from auditor.audit.reasons import _nothing_measured


def test_three_reasons_are_named_the_commonest_first() -> None:
    told = _nothing_measured(["no months", "no group", "no group", "no class", "no date", "no group"])
    assert told == "no test found what it needs (no group; no months; no class; and others)"


def test_up_to_three_are_named_each_once() -> None:
    assert (
        _nothing_measured(["no months", "no group", "no group"]) == "no test found what it needs (no group; no months)"
    )
