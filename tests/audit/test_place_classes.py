"""Case 93: places of a class apart stay in the audit, are compared with no other place, and are never ranked."""

from pathlib import Path

import numpy as np
import pytest

from auditor.audit.config import Config
from auditor.audit.reading import read_sources
from auditor.audit.run import audit, open_engine
from auditor.cells import CellSpec, is_simulated
from auditor.findings.review import Review
from auditor.records.store import Store

COUNTIES = [f"48{number:03d}" for number in range(1, 51, 2)]
APART = ["66010", "AZDI05900", "VA0290400", "USTVA0000"]
AGENCIES = (
    "ori,data_year,pub_agency_name,state_abbr,county_name,agency_type_name\n"
    "AZDI05900,2024,Gila River,AZ,PINAL,Tribal\nVA0290400,2024,George Mason,VA,FAIRFAX CITY,University or College\n"
    "PA0460000,2024,Montgomery,PA,MONTGOMERY,County\n"
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder: Path = tmp_path_factory.mktemp("classes")
    rng = np.random.default_rng(93)
    lines = ["place,period,event,group,offence,n"]
    for place in (*COUNTIES, *APART, "PA0460000"):
        for offence, mean in (("traffic", 300), ("trespass", 150), ("dui", 200), ("theft", 250), ("robbery", 90)):
            for group, share in (("hispanic", 0.3), ("white", 0.7)):
                lines.append(f"{place},2011,arrest,{group},{offence},{rng.poisson(mean * share)}")
    (folder / "counts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    table = {"title": "classes", "as_of": "2012-06-30"}
    text = {"audit": table, "sources": [{"path": "counts.csv"}, {"path": "agencies.csv"}]}
    return Config.from_dict(text, folder)


@pytest.fixture(scope="module")
def review(config: Config) -> Review:
    return audit(config)


def test_each_is_a_stratum_by_itself(config: Config) -> None:
    with Store() as store:
        cells = open_engine(config, read_sources(config, store)).cells(CellSpec(keys=("event",)))
    stratum = dict(zip(cells.ids, cells.stratum.tolist(), strict=True))
    assert {stratum[place] for place in COUNTIES} == {4}
    assert stratum["PA0460000"] == 6
    alone = [stratum[place] for place in APART]
    assert len(set(alone)) == len(alone)
    assert min(alone) > 6
    assert not is_simulated(cells.stratum).any()
    assert dict(zip(cells.ids, cells.kinds, strict=True))["AZDI05900"] == "tribal"
    assert cells.states[cells.ids.index("VA0290400")] == "51"


@pytest.mark.parametrize("place", APART)
def test_it_has_no_rank_and_no_peers(review: Review, place: str) -> None:
    found = next(item for item in review.places if item.place == place)
    assert found.rank is None
    assert found.profile["peers"] == 0
    assert "cap.apart" in {cap.id for cap in found.caps}
    assert "cap.one-place" not in {cap.id for cap in found.caps}
    assert found.findings


def test_counties_are_ranked_among_counties(review: Review) -> None:
    for found in review.places:
        if found.place in COUNTIES:
            assert found.rank is not None
            assert found.rank["of"] == len(COUNTIES)
            assert found.profile["peers"] == len(COUNTIES) - 1
            assert "cap.apart" not in {cap.id for cap in found.caps}
