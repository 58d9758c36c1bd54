"""Characters that nobody sees never become text of ours: in cells, headers, names of sheets and files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.records.unseen import hidden_in, visible
from tests.records.loading.conftest import Loading

# Unicode Bidirectional Algorithm (UAX #9), table 4 and section 2.6; the byte-order mark; a C0 and a C1 control.
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
UNSEEN = [*TURNING, "\ufeff", "\u200b", "\x07", "\x1b", "\x7f", "\x9b"]


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    helper = Loading(tmp_path)
    yield helper
    helper.close()


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_sign_in_a_cell_and_a_header_is_taken_out_and_counted(loading, sign):
    text = f"place,peri{sign}od,event,n,agency\nlocal:a,2011,ar{sign}rest,5,Po{sign}lice\n"
    text += "local:b,2011,arrest,6,Sheriff\n"
    loaded = loading.one(text)
    assert loading.rows(loaded, "place, event, agency") == [
        ("local:a", "arrest", "Police"),
        ("local:b", "arrest", "Sheriff"),
    ]
    note = "invisible control characters (such as marks that turn the direction of writing) removed from 3 cells"
    assert note in loading.notes(loaded)


def test_names_of_places_and_the_long_way(loading):
    """A quoted line break sends the file the long way; names of places are what pages show."""
    text = 'place,name,state,kind\nlocal:a,"\u202eytnuoC\u202c\nlive",TX,city\nlocal:b,Plain,TX,city\n'
    loaded = loading.one(text)
    assert loading.rows(loaded, "name", "places") == [("ytnuoC live",), ("Plain",)]
    assert loaded.names["local:a"] == "ytnuoC live"
    assert "removed from 1 cell" in loading.notes(loaded)


def test_names_of_files_and_sheets(loading):
    cells = [["place", "period", "event", "n"], ["48453", "2011", "arrest", "5"]]
    loaded = loading.load(loading.workbook({"Da\u202eta": cells}, "bo\u2066ok.xlsx"))
    assert (loaded.sources[0].name, loaded.sources[0].sheet) == ("book.xlsx", "Data")
    assert "removed from the file name and the sheet name" in loading.notes(loaded)


def test_a_cell_of_nothing_else_is_blank(loading):
    loaded = loading.one("place,period,event,group,n\n48453,2011,arrest,\u200f,5\n48453,2011,arrest,white,6\n")
    assert loading.rows(loaded, '"group"') == [(None,), ("white",)]


def test_letters_of_other_scripts_joiners_tabs_and_line_breaks_stay():
    text = "Do\u00f1a Ana\tמחוז\n\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937\r\n"
    assert visible(text) == text
    assert hidden_in([text, "\ufeffplace", "pl\ufefface"]) == 1


def test_nothing_is_noted_where_nothing_is_hidden(loading):
    loaded = loading.one("place,period,event,n,agency\n48453,2011,arrest,5,Do\u00f1a Ana\n")
    assert loading.rows(loaded, "agency") == [("Do\u00f1a Ana",)]
    assert "invisible" not in loading.notes(loaded)
