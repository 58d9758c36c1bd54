"""The protocol's plan of looks."""

import json

import pytest
from pydantic import ValidationError

from auditor.audit.complaints import complaints
from auditor.audit.looks import Looks
from auditor.audit.toml_text import parse


def test_without_a_plan_there_is_no_last_look() -> None:
    assert Looks().planned is None
    assert Looks.model_validate_json('{"planned": 4}', strict=True).planned == 4


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("planned = 0", "row 2: `looks.planned` is 0 — it must be at least 1"),
        ("planned = 101", "`looks.planned` is 101 — it must be at most 100"),
        ('planned = "4"', "a whole number is expected — write: planned = 4"),
        ("planed = 4", "unknown key 'planed' in [looks]"),
    ],
)
def test_a_wrong_plan_is_said_with_its_line(line: str, said: str) -> None:
    toml = parse(f"[looks]\n{line}\n", "p.toml")
    with pytest.raises(ValidationError) as met:
        Looks.model_validate_json(json.dumps(toml.data["looks"]), strict=True)
    assert said in " ".join(str(problem) for _, problem in complaints(met.value, Looks, toml, ("looks",)))
