"""Names that a browser sends: a harmless base name, or none."""

from __future__ import annotations

import pytest

from auditor.app.names import LONGEST, safe_name, taken


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("arrests.csv", "arrests.csv"),
        ("Bookings 2010 (final).xlsx", "Bookings 2010 (final).xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\arrests.csv", "arrests.csv"),
        ("a/b\\..\\c.csv", "c.csv"),
        ("./.htaccess", "htaccess"),
        ("...csv", "csv"),
        ("a\x00b.csv", "ab.csv"),
        ("a\u202egnp.csv", "agnp.csv"),
        ("a\nb.csv", "ab.csv"),
        ('a<b>"c|d?e*f[g].csv', "a_b__c_d_e_f_g_.csv"),
        ("e\u0301.csv", "\u00e9.csv"),
        ("trailing.csv. . ", "trailing.csv"),
        ("x" * 300 + ".csv", "x" * (LONGEST - 4) + ".csv"),
    ],
)
def test_what_is_kept(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


@pytest.mark.parametrize(
    "sent", ["", ".", "..", "/", "a/", "\x00", "...", "audit.toml", "X.TOML", "con.csv", "NUL", "com1.tar.gz", "?*"]
)
def test_what_is_refused(sent: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        safe_name(sent)


def test_capitals_do_not_make_another_file() -> None:
    assert taken("Arrests.CSV", ["arrests.csv"])
    assert not taken("arrests2.csv", ["arrests.csv"])
