"""What runs the pages would notice a page that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import Runner, blocks, commands, missing_line

SAID = ["one", "two and more", "three", "four"]


@pytest.mark.parametrize(
    ("shown", "lost"),
    [
        (["one", "...", "four"], None),
        (["...", "two ...", "three"], None),
        (["... and ...", "three"], None),
        (["one", "three"], "three"),
        (["three", "...", "one"], "one"),
        (["...", "two"], "two"),
        (["five"], "five"),
    ],
)
def test_lines_must_stand_in_their_place(shown: list[str], lost: str | None) -> None:
    assert missing_line(shown, SAID) == lost


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("```console\n$ auditor schema config\nno such line\n```\n", "does not say 'no such line'"),
        ("```console\n$ auditor schema none\n```\n", "exit 2"),
        ("```console exit 2\n$ auditor schema config\n```\n", "exit 0"),
        ("```sh\nfalse\n```\n", "exit 1"),
        ('```toml\n[audit]\ntitle = "x"\nas_off = 2012-06-30\n[[sources]]\npath = "x.csv"\n```\n', "as_off"),
    ],
)
def test_a_page_that_is_wrong_fails(page: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=what):
        Runner(tmp_path).page(page)


def test_remarks_are_no_part_of_a_command() -> None:
    (block,) = blocks("1. x\n\n   ```sh\n   auditor init a.csv   # writes\n        # more\n   ```\n")
    assert commands(block) == ["auditor init a.csv"]
