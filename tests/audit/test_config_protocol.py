"""The protocol."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.audit.protocol import load_protocol
from auditor.audit.robustness.alternatives import alternatives_of
from auditor.domain.vocabulary import DISCRETIONARY, NEUTRAL, SERIOUS
from auditor.errors import ConfigError
from auditor.resources import folder
from auditor.signals.registry import discover

SHIPPED = (folder("configs") / "protocols" / "default.toml").read_text(encoding="utf-8")


def test_the_shipped_protocol_is_that_of_the_methods() -> None:
    # methods.md 4 (materiality 1.25) and claims.md (q .05, expected count 5, 11 persons)
    protocol = load_protocol()
    assert protocol.name == "default"
    assert protocol.default
    assert (protocol.q, protocol.materiality, protocol.suppress_below) == (0.05, 1.25, 11)
    assert (protocol.gates.minimum_expected, protocol.gates.minimum_persons) == (5.0, 11)
    assert (protocol.offences.serious, protocol.offences.discretionary) == (SERIOUS, DISCRETIONARY)
    assert protocol.offences.neutral == NEUTRAL
    assert protocol.text == SHIPPED


def test_a_described_signal_changes_the_protocol_and_nothing_that_is_screened(tmp_path: Path) -> None:
    def hashes(old: str, new: str) -> tuple[str, str]:
        assert old in SHIPPED
        (tmp_path / "mine.toml").write_text(SHIPPED.replace(old, new), encoding="utf-8")
        mine = load_protocol("mine.toml", tmp_path)
        return mine.sha256, mine.screened_sha256

    shipped = load_protocol()
    rule = 'hit-rate = { role = "describe", direction = "greater" }'
    whole, screened = hashes(rule, rule.replace("greater", "less"))
    assert whole != shipped.sha256
    assert screened == shipped.screened_sha256
    assert hashes(rule, rule.replace("describe", "test"))[1] != shipped.screened_sha256
    assert hashes("q = 0.05", "q = 0.04")[1] != shipped.screened_sha256


def test_the_shipped_protocol_tests_every_signal_there_is_in_its_own_family() -> None:
    named = {signal: family for family, signal, _ in load_protocol().signals()}
    assert named == {name: found.card.family for name, found in discover().items()}


def test_the_shipped_alternatives_are_of_the_signals_that_there_are(tmp_path: Path) -> None:
    # A copy is checked against the signals; the shipped file itself is not when it is loaded, to start quickly.
    (tmp_path / "copy.toml").write_text(SHIPPED)
    protocol = load_protocol("copy.toml", tmp_path)
    assert set(protocol.alternatives) <= set(discover())
    assert protocol.blocks == 2
    assert protocol.alternatives["benchmark"]["against-serious-offences"] == {"against_serious": True}


def test_alternatives_are_part_of_the_hash(tmp_path: Path) -> None:
    (tmp_path / "fewer.toml").write_text(SHIPPED.replace('without-theft = { without_offences = ["theft"] }', ""))
    assert load_protocol("fewer.toml", tmp_path).sha256 != load_protocol().sha256


def test_a_specification_that_is_the_audits_own_is_not_run() -> None:
    declared = load_protocol().alternatives
    options = discover()["discretion-contrast"].options
    names = [found.name for found in alternatives_of(declared, "discretion-contrast", options())]
    assert "without-licence" not in names
    assert "with-licence" in names
    names = [found.name for found in alternatives_of(declared, "discretion-contrast", options(licence="within"))]
    assert "with-licence" not in names
    assert "without-licence" in names
    assert alternatives_of(declared, "nothing", options()) == ()


def test_comments_and_order_do_not_change_the_hash_but_values_do(tmp_path: Path) -> None:
    shipped = load_protocol()
    (tmp_path / "same.toml").write_text("# mine\nmateriality = 1.25\n" + SHIPPED.replace("materiality = 1.25", ""))
    same = load_protocol("same.toml", tmp_path)
    assert same.sha256 == shipped.sha256
    assert (same.default, same.name) == (True, "default")
    (tmp_path / "other.toml").write_text(SHIPPED.replace("q = 0.05", "q = 0.1"))
    other = load_protocol("other.toml", tmp_path)
    assert other.sha256 != shipped.sha256
    assert (other.default, other.name) == (False, "other.toml")
    assert other.rule("level-mix") == shipped.rule("level-mix")
    assert other.rule("nothing") is None


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("q_in_percent", "q = 0.05", "q = 5"),
        ("q_too_large", "q = 0.05", "q = 0.5"),
        ("alpha", "q = 0.05", "alpha = 0.6"),
        ("materiality_below_one", "materiality = 1.25", "materiality = 0.8"),
        ("suppression", "suppress_below = 11", "suppress_below = 1"),
        ("family_misspelt", "[families.match]", "[families.mach]"),
        ("signal_misspelt", "level-mix = {", "level-mixx = {"),
        ("signal_in_another_family", "benchmark = {", "level-mix = {"),
        ("direction", 'benchmark = { role = "test", direction = "greater" }', 'benchmark = { direction = "up" }'),
        ("nothing_tested", 'role = "test"', 'role = "describe"'),
        ("class_twice", '"other", "unknown"]', '"other", "theft"]'),
        ("class_missing", '"other", "unknown"]', '"other"]'),
        ("class_misspelt", '"arson"', '"arsn"'),
        ("few_persons", "minimum_persons = 11", "minimum_persons = 5"),
        ("one_block", "blocks = 2", "blocks = 1"),
        ("alternative_signal", "[alternatives.match-yield]", "[alternatives.match-yeild]"),
        ("alternative_option", '{ licence = "within" }', '{ license = "within" }'),
        ("alternative_value", '{ licence = "within" }', '{ licence = "inside" }'),
        ("alternative_key", 'without_offences = ["theft"]', 'without_offence = ["theft"]'),
        ("alternative_class", 'without_offences = ["theft"]', 'without_offences = ["thefts"]'),
        ("alternative_classes", 'without_offences = ["theft"]', 'without_offences = "theft"'),
        ("alternative_empty", '{ share = "none" }', "{}"),
        ("alternative_name", "non-criminal = {", '"Non criminal" = {'),
        ("alternative_serious", "against_serious = true", "against_serious = false"),
        ("alternative_twice", "against_serious = true", 'against_serious = true, exposure = "adults"'),
        ("alternative_serious_elsewhere", '{ share = "none" }', "{ against_serious = true }"),
    ],
)
def test_a_slip_in_a_protocol(
    tmp_path: Path, snapshot: Callable[[str, str], None], name: str, old: str, new: str
) -> None:
    assert old in SHIPPED
    snapshot(f"protocol_{name}", refused(tmp_path, SHIPPED.replace(old, new)))


def refused(folder: Path, text: str) -> str:
    """Return why a protocol is refused, with the line itself in place of its number.

    So a line more elsewhere in the shipped protocol changes no message, and one that points at another line still does.
    """
    (folder / "mine.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_protocol("mine.toml", folder)
    lines = text.splitlines()
    return re.sub(r"row (\d+)", lambda found: f"row <{lines[int(found[1]) - 1][:60]}>", str(caught.value))


def test_a_line_more_above_a_slip_moves_the_row_and_no_more(tmp_path: Path) -> None:
    text = SHIPPED.replace("q = 0.05", "q = 5")
    assert "row <q = 5" in refused(tmp_path, text)
    assert refused(tmp_path, text) == refused(tmp_path, "# one line more\n" + text)
    assert text.splitlines()[4].startswith("q = 5")
    with pytest.raises(ConfigError, match=r"row 6: `q` is 5"):
        load_protocol("mine.toml", tmp_path)
