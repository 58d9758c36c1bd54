"""TOML text: lines of keys, and slips mended so that the rest can be checked."""

import contextlib
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.toml_lines import locate
from auditor.audit.toml_text import parse
from auditor.errors import ConfigError

TEXT = '''# comment = 1
[audit]
title = """three
lines = 1
"""
exclude = [
  "01001", # ] not the end
  "x = 1",
]
period = { start = 2008-01-01, end = 2012-06-30 }
"quoted key" = 'a = [b'

[[sources]]
path = "a"
values.group = { H = "hispanic" }
[sources.columns]
place = "FIPS"

[[sources]]
path = "b"

[signals.level-mix]
event = "removal"
'''


def test_each_key_is_found_on_its_line() -> None:
    lines = locate(TEXT)
    rows = TEXT.split("\n")
    expected = {
        ("audit",): "[audit]",
        ("audit", "title"): 'title = """three',
        ("audit", "exclude"): "exclude = [",
        ("audit", "period"): "period = {",
        ("audit", "quoted key"): '"quoted key"',
        ("sources", 0): "[[sources]]",
        ("sources", 0, "path"): 'path = "a"',
        ("sources", 0, "values", "group"): "values.group",
        ("sources", 0, "columns"): "[sources.columns]",
        ("sources", 0, "columns", "place"): 'place = "FIPS"',
        ("sources", 1, "path"): 'path = "b"',
        ("signals", "level-mix", "event"): 'event = "removal"',
    }
    for path, start in expected.items():
        assert rows[lines[path] - 1].startswith(start), path
    assert ("audit", "lines") not in lines
    assert ("audit", "x") not in lines


def test_a_key_in_an_inline_table_is_placed_at_the_table() -> None:
    toml = parse(TEXT, "x.toml")
    assert toml.line(("audit", "period", "start")) == toml.lines[("audit", "period")]
    assert toml.line(("nowhere",)) == 0


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("a = 01001", "01001"),
        ("a = [01001, 48453]", ["01001", 48453]),
        ("a = white", "white"),
        ("a = No", False),
        ("a = yes  # really", True),
        (r'a = "C:\Users\x"', r"C:\Users\x"),
    ],
)
def test_usual_slips_are_noted_and_mended_in_memory(line: str, value: object) -> None:
    toml = parse(f"first = 1\n{line}\nlast = 2\n", "x.toml")
    assert toml.data == {"first": 1, "a": value, "last": 2}
    assert [problem.row for problem in toml.problems] == [2]


@pytest.mark.parametrize("line", ["a = 2012-01-01", "a = 07:30:00", "a = 0", "a = 0.5", "a = [0, 10]", 'a = "01"'])
def test_good_lines_are_no_slips(line: str) -> None:
    assert parse(line, "x.toml").problems == ()


@given(st.text(alphabet=st.sampled_from("ab=[]{}\"'#\n ,.01\\-_tru"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        truth = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        truth = None
    if truth is None:
        with contextlib.suppress(ConfigError):
            assert parse(text, "x.toml").problems
        return
    toml = parse(text, "x.toml")
    assert (toml.data, toml.problems) == (truth, ())
    for path in locate(text):
        assert path[0] in truth
