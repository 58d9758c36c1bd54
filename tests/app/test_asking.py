"""From what `init` asks to controls: every open line has one, and what it proposes is among the choices."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra app is not installed")

from starlette.datastructures import FormData

from auditor.app import recognised
from auditor.app.answered import answers_of
from auditor.app.control import Control
from auditor.app.recognised import look

DAYS = "place,date,event,group\n48453,03/04/2011,arrest,hispanic\n48453,05/06/2011,arrest,white\n"
MONEY = 'place,period,event,n\nTravis County,2011,arrest,"1.234"\nTravis County,2010,arrest,"2.345"\n'
BARE = "when,what\n2011-01-02,x\n2011-01-03,y\n2011-02-03,z\n"
CHARGES = """booking_id,booking_dt,race_desc,charge_desc
1,2011-03-01,H,DWLS
2,2011-03-02,W,THEFT
2,2011-03-02,W,DUI
3,2011-04-02,W,DUI
"""


def asked(folder: Path, text: str) -> dict[tuple[Any, ...], Control]:
    """Look at one file; return the controls of its source, as they come through JSON."""
    (folder / "file.csv").write_text(text)
    found = json.loads(json.dumps(look(folder)))
    controls = [Control.of(entry) for entry in found["sources"][0]["controls"]]
    assert len({control.id for control in controls}) == len(controls)
    return {control.path[2:]: control for control in controls}


def test_the_order_of_day_and_month_is_a_choice_of_two(tmp_path: Path) -> None:
    control = asked(tmp_path, DAYS)[("day_first",)]
    assert (control.kind, control.open, control.value) == ("flag", True, "")
    assert [value for value, _ in control.choices] == ["", "true", "false"]
    looked = look(tmp_path, [{"path": control.path, "value": False}])
    assert tomllib.loads((tmp_path / "audit.toml").read_text())["sources"][0]["day_first"] is False
    settled = {tuple(entry["path"][2:]): entry for entry in looked["sources"][0]["controls"]}
    assert settled[("day_first",)]["kind"] == "offer"
    assert not [control for control in looked["sources"][0]["controls"] if control["open"]]


def test_a_separator_of_thousands_is_offered(tmp_path: Path) -> None:
    control = asked(tmp_path, MONEY)[("thousands",)]
    assert (control.kind, control.choices[0][0], control.open) == ("offer", '"."', True)


def test_candidates_of_a_place_are_choices_and_none_is_chosen(tmp_path: Path) -> None:
    control = asked(tmp_path, "place,period,event,n\nDalas County,2011,arrest,5\n")[("places", "Dalas County")]
    assert (control.kind, control.value, control.open) == ("place", "", True)
    values = [value for value, _ in control.choices]
    assert values[0] == ""
    assert values[-1] == "exclude"
    assert len(values) >= 3
    assert all(value.isdigit() and len(value) == 5 for value in values[1:-1])


def test_every_open_line_has_a_control(tmp_path: Path) -> None:
    for number, text in enumerate((BARE, CHARGES, DAYS, MONEY)):
        folder = tmp_path / str(number)
        folder.mkdir()
        controls = asked(folder, text)
        source = tomllib.loads((folder / "audit.toml").read_text())["sources"][0]
        assert set(_empty(source, ())) <= {path for path, control in controls.items() if control.open}


def _empty(table: dict[str, Any], before: tuple[str, ...]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, value in table.items():
        found += _empty(value, (*before, name)) if isinstance(value, dict) else [(*before, name)] * (value == "")
    return found


def test_a_repeated_number_asks_what_a_row_is(tmp_path: Path) -> None:
    control = asked(tmp_path, CHARGES)[("fold",)]
    assert {"", "none", "booking_id"} <= {value for value, _ in control.choices}
    answers, errors, _ = answers_of([control], FormData({f"{control.id}-there": "1", control.id: "booking_id"}))
    assert (answers, errors) == ([(("sources", 0, "fold"), "booking_id")], {})


def test_text_of_a_file_is_never_the_name_of_a_control(tmp_path: Path) -> None:
    controls = asked(tmp_path, 'place,period,event,n,"<script>alert(1)</script>"\n"""><b>x",2011,arrest,5,1\n')
    assert all(control.id.isalnum() and control.id.isascii() for control in controls.values())


STATES, GROUPS = (("", ""), ("TX", "Texas")), (("a", "a"), ("b", "b"))


@pytest.mark.parametrize(
    ("control", "sent", "changed"),
    [
        (Control(("audit", "title"), "text", "t", value="a"), {"": "a"}, None),
        (Control(("audit", "title"), "text", "t", value="a"), {"": " b "}, "b"),
        (Control(("sources", 0, "state"), "select", "s", choices=STATES, may_lack=True), {"": "TX"}, "TX"),
        (Control(("sources", 0, "places", "x"), "place", "p", open=True), {"": "", "-other": "48453"}, "48453"),
        (Control(("sources", 0, "fill_down"), "offer", "f", choices=(('["a"]', ""),)), {"": "yes"}, ["a"]),
        (Control(("audit", "focal_groups"), "checks", "g", choices=GROUPS, value=["a"]), {"": "b"}, ["b"]),
    ],
)  # fmt: skip
def test_only_what_changed_is_an_answer(control: Control, sent: dict[str, str], changed: Any) -> None:
    form = FormData({f"{control.id}-there": "1", **{control.id + ending: value for ending, value in sent.items()}})
    answers, errors, _ = answers_of([control], form)
    assert errors == {}
    assert answers == ([] if changed is None else [(control.path, changed)])


def test_a_step_that_is_stopped_leaves_the_configuration_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = asked(tmp_path, DAYS)[("day_first",)]
    before = (tmp_path / "audit.toml").read_bytes()

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recognised, "draft", stopped)
    with pytest.raises(KeyboardInterrupt):
        look(tmp_path, [{"path": control.path, "value": True}])
    assert (tmp_path / "audit.toml").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.toml", "file.csv"]


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        (Control(("audit", "as_of"), "date", "d"), "2012-13-01", "Write a day"),
        (Control(("audit", "title"), "text", "t"), "x" * 301, "At most 300"),
        (Control(("audit", "title"), "text", "t"), "a\u202eb", "nobody sees"),
        (Control(("audit", "title"), "text", "t", value="a"), "", "cannot be left empty"),
        (Control(("audit", "focal_groups"), "checks", "g", choices=(("a", "a"),)), "z", "at least one of the list"),
        (Control(("sources", 0, "format"), "select", "f", choices=(("", ""),)), "x", "one of the list"),
    ],
)
def test_what_is_no_answer_is_told(control: Control, value: str, said: str) -> None:
    answers, errors, _ = answers_of([control], FormData({f"{control.id}-there": "1", control.id: value}))
    assert answers == []
    assert said in errors[control.id]


def test_a_control_that_the_form_lacks_is_left_as_it_is() -> None:
    ticked = Control(("sources", 0, "x"), "offer", "x", value=True, choices=(("true", ""),), may_lack=True)
    assert answers_of([ticked], FormData({})) == ([], {}, {})
    assert answers_of([ticked], FormData({f"{ticked.id}-there": "1"}))[0] == [(("sources", 0, "x"), None)]
