from __future__ import annotations

import re

import pytest

from auditor.report import slug

NAMES = [
    "Travis County",
    "Doña Ana County",
    "St. John the Baptist Parish",
    "O'Brien County",
    "LaPorte",
    "La Porte",
    "",
    " ",
    "..",
    "../../etc/passwd",
    "C:\\Windows",
    "con",
    "CON.html",
    "NUL",
    "aux",
    "com1",
    "lpt9",
    "a" * 500,
    "é" * 300,
    "\u202egnp.exe",
    "name\x00.html",
    "<script>alert(1)</script>",
    "北京",
    "Łódź",
    "a/b",
    "a\\b",
    "a:b",
    "a*b?",
    "-",
    "--x--",
    "~root",
    "$HOME",
    "`id`",
    "%2e%2e%2f",
    ".hidden",
    "trailing.",
    "trailing ",
    "tab\tname",
    "new\nline",
    "İstanbul",
    "ﬁn",
    "SS",
    "ß",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("identifier", ["48453", "local:pct-75", "../x", "\x00", "TX2270000"])
def test_names_are_safe(name: str, identifier: str) -> None:
    path = slug.page(name, identifier)
    assert re.fullmatch(r"places/[a-z0-9]+(-[a-z0-9]+)*\.html", path)
    assert len(slug.slug(name, identifier)) <= slug.LONGEST
    slug.check([path])


def test_two_washington_counties_have_files_of_their_own() -> None:
    identifiers = ["41067", "42125", "local:A", "local:a", "local:a.", "local:a b", "local:a-b", "LOCAL:A"]
    paths = [slug.page("Washington County", identifier) for identifier in identifiers]
    assert len({path.casefold() for path in paths}) == len(paths)
    slug.check(paths)


def test_the_slug_is_stable() -> None:
    """sha256("48453") begins 093d0a1e (sha256sum)."""
    assert slug.page("Travis County", "48453") == "places/travis-county-48453-093d0a1e.html"


@pytest.mark.parametrize(
    "paths",
    [
        ["places/a.html", "places/A.html"],
        ["places/con.html"],
        ["../x.html"],
        ["places/.x"],
        ["/x"],
        ["a//b"],
        ["places/" + "a" * 200 + ".html"],
    ],
)
def test_unsafe_sets_are_refused(paths: list[str]) -> None:
    with pytest.raises(ValueError, match=r"share one file|not a safe path"):
        slug.check(paths)
