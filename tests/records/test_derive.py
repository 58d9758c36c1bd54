"""What the reshape of a layout is made of: rows left out under a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.records.derive import cell, left_out
from auditor.records.raw import RawTable
from auditor.records.read import read
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

TEXT = "no,day\n1,a\nTotal,2\n2,\nTotal,1\n"


def shortened(folder: Path, store: Store, where: str) -> tuple[RawTable, list[int]]:
    (folder / "x.csv").write_text(TEXT, encoding="utf-8")
    (raw,) = read(folder / "x.csv", SourceSpec(path="x.csv"), store)
    made = left_out(raw, store, where.format(no=cell(raw, "no"), day=cell(raw, "day")), "a line of sums")
    rows = store.connection.execute(f'SELECT _row FROM "{made.table}" ORDER BY _row').fetchall()
    return made, [row for (row,) in rows]


def test_rows_are_left_out_under_their_reason_and_numbered(tmp_path):
    with Store() as store:
        made, rows = shortened(tmp_path, store, "starts_with({no}, 'Total')")
    (step,) = made.ledger.steps
    assert (step.reason, step.rows, step.quarantined, step.example) == ("a line of sums", 2, False, "3, 5")
    assert rows == [2, 4]
    assert made.ledger.read == made.ledger.used + made.ledger.excluded == 4


@pytest.mark.parametrize("where", ["{no} = 'Sum'", "try_cast({day} AS INT) > 7", "NULL"])
def test_what_the_rule_does_not_find_stays(tmp_path, where):
    with Store() as store:
        made, rows = shortened(tmp_path, store, where)
    assert made.ledger.steps == ()
    assert rows == [2, 3, 4, 5]
