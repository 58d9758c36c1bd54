"""What is said when records do not fit into the memory that is set aside for them."""

import duckdb
import pytest

from auditor.audit import reading
from auditor.audit.reading import config_of, read_sources
from auditor.errors import InputError
from auditor.records.store import Store


@pytest.mark.parametrize("kind", [duckdb.OutOfMemoryException, duckdb.IOException])
def test_records_that_do_not_fit_are_refused_and_not_called_a_fault_of_ours(
    kind: type[duckdb.Error], tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "arrests.csv"
    path.write_text("place,period,event,n\n48453,2011,arrest,5\n", encoding="utf-8")

    def full(*given: object, **named: object) -> None:
        raise kind("could not allocate block, Maria Lopez")

    monkeypatch.setattr(reading, "load", full)
    with Store([path]) as store, pytest.raises(InputError) as caught:
        read_sources(config_of([path]), store, single=False)
    told = str(caught.value)
    assert "do not fit into the memory and disk" in told
    assert "Lopez" not in told
