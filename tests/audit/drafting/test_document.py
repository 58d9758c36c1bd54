"""Questions written into a configuration that somebody else wrote: nothing of theirs is lost or moved."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.drafting.document import Block, write
from auditor.records.docket import toml_text
from auditor.records.proposing.line import Line

OWN = """# mine
[audit]
title = "T"   # a title
as_of = 2012-06-30

[[sources]]
path = "a.csv"
values.group = { H = "hispanic", W = "" }  # codes
# about the second file

# the second file
[[sources]]
path = "b.csv"
constants.event = ""

[output]
suppress_below = 20
"""


def test_inline_tables_are_completed_in_place_and_other_lines_stay() -> None:
    blocks = [
        Block("a.csv", 0, ["a remark"], [Line("values.group", "W", ""), Line("values.group", "B", "")]),
        Block(
            "b.csv", 1, [], [Line("constants", "event", "", ("what?",)), Line("", "", "day_first = true", firm=False)]
        ),
    ]
    text = write(OWN, [], blocks, ["head"], ["foot"])
    assert (
        text
        == """#? head

# mine
[audit]
title = "T"   # a title
as_of = 2012-06-30

[[sources]]
#? a remark
path = "a.csv"
values.group = { H = "hispanic", W = "", B = "" }  # codes
# about the second file

# the second file
[[sources]]
path = "b.csv"
#? QUESTION: what?
constants.event = ""
#= day_first = true

[output]
suppress_below = 20

#? foot
"""
    )
    assert write(text, [], blocks, ["head"], ["foot"]) == text


def test_where_a_table_cannot_be_added_to_the_questions_stand_at_the_end() -> None:
    own = '[audit]\ntitle = "T"\n[[sources]]\npath = "a.csv"\n[sources.values.group]\nH = "hispanic"\nW = ""\n'
    text = write(own, [], [Block("a.csv", 0, [], [Line("values.group", "W", "", ("what is W?",))])], [], [])
    assert text.startswith(own)
    assert text.endswith('#? QUESTION: what is W?\n#= values.group."W" = ""\n') or '#= values.group."W" = ""' in text
    assert tomllib.loads(text) == tomllib.loads(own)
    assert write(text, [], [Block("a.csv", 0, [], [Line("values.group", "W", "", ("what is W?",))])], [], []) == text


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(st.dictionaries(TEXTS, st.sampled_from(["", "hispanic"]), max_size=5), TEXTS, TEXTS)
def test_any_text_of_a_file_may_be_a_key_a_value_or_a_remark(values: dict[str, str], path: str, remark: str) -> None:
    lines = [Line("values.group", text, value, (remark,)) for text, value in values.items()]
    text = write("", [Line("", "title", "T")], [Block(path, None, [remark], lines)], [remark], [remark])
    source = tomllib.loads(text)["sources"][0]
    assert source["path"] == path
    assert source.get("values", {}).get("group", {}) == values
    again = write(text, [], [Block(path, 0, [remark], [line for line in lines if line.open])], [remark], [remark])
    assert tomllib.loads(again) == tomllib.loads(text)
    assert toml_text(path) in again
