"""Every code that the peer null can give has words."""

from __future__ import annotations

import re
from pathlib import Path

import auditor.stats
from auditor.audit.wording import text


def test_every_code_of_the_peer_null_has_words():
    folder = Path(auditor.stats.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("peer/*.py")))
    codes = set(re.findall(r'"((?:too-few|few-places|heavy|skewed|unequal|light|adequate)[a-z-]*)"', source))
    assert {"adequate", "too-few-places", "few-places-conservative", "heavy-tails", "skewed"} <= codes
    for code in codes:
        assert text(f"adequacy.{code}")
