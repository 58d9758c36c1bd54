"""The officers' key file: private, whole, and outside every output folder."""

import stat

import pytest

from auditor.audit.datapackage import PACKAGE, datapackage
from auditor.audit.officer_key import write_officer_key
from auditor.domain.pseudonyms import KeyEntry
from auditor.errors import UsageError

ENTRY = KeyEntry("48453", "hispanic", "Officer 1", "Police", "badge 7")


def test_readable_by_its_owner_only(tmp_path):
    file = tmp_path / "key.csv"
    write_officer_key(file, [ENTRY])
    assert file.read_text(encoding="utf-8") == (
        "place,group,pseudonym,agency,identifier\n48453,hispanic,Officer 1,Police,badge 7\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [other.name for other in tmp_path.iterdir()] == ["key.csv"]


def test_never_inside_an_output_folder(tmp_path):
    (tmp_path / PACKAGE).write_text(datapackage({}, {"title": "made for this test"}), encoding="utf-8")
    below = tmp_path / "places"
    below.mkdir()
    with pytest.raises(UsageError):
        write_officer_key(below / "key.csv", [ENTRY])
    assert not list(below.iterdir())


def test_an_identifier_is_no_formula(tmp_path):
    file = tmp_path / "key.csv"
    write_officer_key(file, [KeyEntry("48453", "hispanic", "Officer 1", "", "=1+1")])
    assert file.read_text(encoding="utf-8").splitlines()[1] == "48453,hispanic,Officer 1,,'=1+1"
