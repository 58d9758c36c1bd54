"""The configuration: what is accepted, and what every slip is answered."""

import hashlib
import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.audit.config import Config, config_schema, load_config
from auditor.audit.run import exploratory
from auditor.audit.toml_write import dumps
from auditor.errors import AuditorError, ConfigError, NotBuiltYet, UsageError
from auditor.records import adapter

# The example of the contract, without the parts that need other files.
GOOD = """\
[audit]
title = "Example County, 2009-2012"
as_of = 2012-06-30                 # the date the report bears; never the clock
seed = 20120630
focal_groups = ["hispanic"]
focal_nationalities = []
reference_group = "white"
data_opened = 2012-05-01
exclude = []
protocol = "default"
period = { start = 2008-01-01, end = 2012-06-30 }

[[sources]]
format = "counts"
path = "arrests.csv"
published = false
citation = ""
columns = { place = "FIPS", group = "ETH" }
values.group = { H = "hispanic", W = "white" }

[[sources]]
format = "population"
path = "acs.csv"

[output]
suppress_below = 11
languages = ["en"]
"""

Load = Callable[..., Config]
Snapshot = Callable[[str, str], None]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def loader(text: str, **options: Any) -> Config:
        file = tmp_path / "audit.toml"
        file.write_text(text, encoding="utf-8")
        return load_config(file, **options)

    return loader


def refusal(load: Load, text: str) -> AuditorError:
    with pytest.raises(AuditorError) as caught:
        load(text)
    assert caught.value.exit_code == 2
    return caught.value


def test_the_example_of_the_contract_is_accepted(load: Load, tmp_path: Path) -> None:
    config = load(GOOD)
    assert config.audit.title == "Example County, 2009-2012"
    assert config.audit.as_of == date(2012, 6, 30)
    assert config.audit.focal_groups == ("hispanic",)
    assert config.period is not None
    assert (config.period.start, config.period.end) == (date(2008, 1, 1), date(2012, 6, 30))
    assert [source.path for source in config.sources] == ["arrests.csv", "acs.csv"]
    assert config.sources[0].values == {"group": {"H": "hispanic", "W": "white"}}
    assert config.suppress_below == 11
    assert config.protocol.default
    assert config.base == tmp_path
    assert config.text == GOOD
    assert config.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_a_configuration_cannot_be_changed(load: Load) -> None:
    config = load(GOOD)
    with pytest.raises(AttributeError):
        config.sha256 = "0"  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        config.audit.seed = 1


def test_values_may_also_be_set_aside(load: Load) -> None:
    chosen = '{ H = "hispanic", X = "exclude", U = "missing", T = "total", "*" = "other", Z = "" }'
    config = load(GOOD.replace('{ H = "hispanic", W = "white" }', chosen))
    assert config.sources[0].values["group"]["X"] == "exclude"


@pytest.fixture(autouse=True)
def a_format_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of the contract that no version reads, so that these tests do not hang on which ones are built."""
    known = (*adapter.FORMATS_OF_THE_CONTRACT, "to-come")
    monkeypatch.setattr(adapter, "FORMATS_OF_THE_CONTRACT", known)


def test_focal_groups_may_be_empty(load: Load) -> None:
    assert load(GOOD.replace('["hispanic"]', "[]")).audit.focal_groups == ()


def test_windows_line_ends_and_byte_order_mark_are_accepted(tmp_path: Path) -> None:
    file = tmp_path / "audit.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_config(file).audit.seed == 20120630


def test_every_problem_is_shown_at_once_with_its_line(load: Load, snapshot: Snapshot) -> None:
    text = r"""[audit]
titel = "x"
as_of = "30/06/2012"
seed = "12"
q = 5
focal_groups = "hispanic"
reference_group = "whte"
exclude = [01001, 48453]
period = { start = 2012-01-01, end = 2008-06-30 }
suppress_below = 3
reference_group = "white"

[[sources]]
format = "count"
path = "C:\Users\x.csv"
values.group = { H = "hispanik", W = "white" }
constants = { event = "arrests", period = "last year", level = "1/2" }
published = yes
pth = "x"

[[sources]]
format = "to-come"

[ouput]
suppress_below = 11
"""
    snapshot("config_many", str(refusal(load, text)))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("unknown_key", "exclude = []", 'exlude = ["48453"]'),
        ("key_of_the_protocol", "exclude = []", "q = 5"),
        ("key_of_another_table", "exclude = []", "suppress_below = 11"),
        ("fips_without_quotes", "exclude = []", "exclude = [01001]"),
        ("fips_as_number", "exclude = []", "exclude = [48453]"),
        ("key_twice", "seed = 20120630", "seed = 20120630\nseed = 1"),
        ("seed_is_text", "seed = 20120630", 'seed = "20120630"'),
        ("seed_is_negative", "seed = 20120630", "seed = -1"),
        ("seed_is_a_fraction", "seed = 20120630", "seed = 1.5"),
        ("date_in_another_order", "as_of = 2012-06-30", 'as_of = "06/30/2012"'),
        ("date_with_time", "as_of = 2012-06-30", "as_of = 2012-06-30T10:00:00"),
        ("no_date", "as_of = 2012-06-30", "# as_of"),
        ("focal_is_reference", '["hispanic"]', '["hispanic", "white"]'),
        ("focal_twice", '["hispanic"]', '["hispanic", "hispanic"]'),
        ("group_not_known", '["hispanic"]', '["Latino"]'),
        ("group_misspelt", '["hispanic"]', '["hispnic"]'),
        ("group_unknown", '["hispanic"]', '["unknown"]'),
        ("group_without_list", '["hispanic"]', '"hispanic"'),
        ("period_reversed", "start = 2008-01-01", "start = 2013-01-01"),
        ("title_empty", '"Example County, 2009-2012"', '""'),
        ("word_without_quotes", '"white"', "white"),
        ("value_not_in_vocabulary", 'H = "hispanic"', 'H = "hispanc"'),
        ("format_misspelt", '"counts"', '"count"'),
        ("too_little_suppression", "suppress_below = 11", "suppress_below = 5"),
        ("language_not_known", '["en"]', '["fr"]'),
        ("no_language", '["en"]', "[]"),
        ("language_twice", '["en"]', '["es", "es"]'),
        ("boolean_as_text", "published = false", 'published = "no"'),
        ("boolean_as_word", "published = false", "published = no"),
        ("infinite", "seed = 20120630", "seed = inf"),
        ("table_twice", "[output]", "[audit]"),
        ("not_toml", "[output]", "[output"),
        ("source_twice", 'format = "population"\npath = "acs.csv"', 'path = "a.csv"\n\n[[sources]]\npath = "a.csv"'),
        ("windows_path", '"acs.csv"', r'"C:\Users\me\acs.csv"'),
        ("protocol_missing", '"default"', '"mine.toml"'),
    ],
)
def test_a_slip_is_answered(load: Load, snapshot: Snapshot, name: str, old: str, new: str) -> None:
    assert old in GOOD
    error = refusal(load, GOOD.replace(old, new, 1))
    assert isinstance(error, ConfigError)
    snapshot(f"config_{name}", str(error))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("format_to_come", '"counts"', '"to-come"'),
    ],
)
def test_what_is_not_built_says_so(load: Load, snapshot: Snapshot, name: str, old: str, new: str) -> None:
    error = refusal(load, GOOD.replace(old, new, 1))
    assert isinstance(error, NotBuiltYet)
    snapshot(f"config_{name}", str(error))


def test_focal_nationalities_stand_in_for_those_of_a_signal(load: Load) -> None:
    found = load(GOOD.replace("focal_nationalities = []", 'focal_nationalities = ["MEXICO", "GUATEMALA"]', 1))
    assert found.options("detainer-selectivity").nationalities == ("MEXICO", "GUATEMALA")
    assert found.own_options("detainer-selectivity").nationalities == ()
    assert found.options("benchmark") == found.own_options("benchmark")
    assert not exploratory(found)
    own = '[signals.detainer-selectivity]\nnationalities = ["HONDURAS"]\n'
    both = load(GOOD.replace("focal_nationalities = []", 'focal_nationalities = ["MEXICO"]', 1) + own)
    assert both.options("detainer-selectivity").nationalities == ("HONDURAS",)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('["MEXICO", " mexico "]', "a country is named twice"),
        ('["USA"]', "'USA' among the focal nationalities"),
        ('[" "]', "a country without a name"),
    ],
)
def test_focal_nationalities_that_name_no_side_are_refused(load: Load, written: str, told: str) -> None:
    error = refusal(load, GOOD.replace("focal_nationalities = []", f"focal_nationalities = {written}", 1))
    assert isinstance(error, ConfigError)
    assert told in str(error)


def test_a_slip_beside_something_not_built_is_not_hidden_by_it(load: Load) -> None:
    text = GOOD.replace('"counts"', '"to-come"', 1)
    error = refusal(load, text.replace("seed = 20120630", "seed = -1"))
    assert isinstance(error, ConfigError)
    assert len(error.problems) == 2


def test_without_sources_nothing_can_be_audited(load: Load, snapshot: Snapshot) -> None:
    snapshot("config_no_sources", str(refusal(load, '[audit]\ntitle = "x"\nas_of = 2012-06-30\nsources = []\n')))
    snapshot("config_empty", str(refusal(load, "")))


def test_a_missing_file_names_those_that_are_there(tmp_path: Path, snapshot: Snapshot) -> None:
    (tmp_path / "audit.toml").write_text(GOOD)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "adit.toml")
    snapshot("config_no_file", str(caught.value))
    with pytest.raises(ConfigError, match="is a folder"):
        load_config(tmp_path)


def test_another_encoding_is_refused_with_the_line(tmp_path: Path, snapshot: Snapshot) -> None:
    file = tmp_path / "audit.toml"
    file.write_bytes('[audit]\ntitle = "Doña Ana"\n'.encode("cp1252"))
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    snapshot("config_encoding", str(caught.value))


def test_options_of_a_signal_are_checked_by_the_signal(load: Load) -> None:
    config = load(GOOD + '\n[signals.level-mix]\nevent = "removal"\nshare = "none"\n')
    options = config.options("level-mix")
    assert options.model_dump()["event"] == "removal"
    assert options.model_dump()["share"] == "none"
    assert config.options("match-yield") == type(config.options("match-yield"))()
    with pytest.raises(UsageError, match="Did you mean 'level-mix'"):
        config.options("levelmix")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("signal_misspelt", "[signals.levelmix]\nshare = 'none'"),
        ("signals_misspelt", "[signal.level-mix]\nshare = 'none'"),
        ("option_misspelt", "[signals.level-mix]\nshar = 'none'"),
        ("option_out_of_range", "[signals.level-mix]\nshare = 'all'"),
        ("option_not_a_choice", '[signals.level-mix]\nevent = "removals"'),
        ("option_of_wrong_type", "[signals.level-mix]\nshare = 0.9"),
    ],
)
def test_a_slip_in_the_options_of_a_signal(load: Load, snapshot: Snapshot, name: str, lines: str) -> None:
    snapshot(f"config_{name}", str(refusal(load, f"{GOOD}\n{lines}\n")))


def test_the_command_line_takes_the_place_of_the_file(load: Load) -> None:
    config = load(GOOD, as_of=date(2013, 1, 1), seed=7)
    assert (config.audit.as_of, config.audit.seed) == (date(2013, 1, 1), 7)
    assert config.text == GOOD
    without = GOOD.replace("as_of = 2012-06-30", "# as_of")
    assert load(without, as_of=date(2013, 1, 1)).audit.as_of == date(2013, 1, 1)
    with pytest.raises(ConfigError, match="at least 0"):
        load(GOOD, seed=-3)


def test_a_configuration_built_in_code_equals_the_file(load: Load, tmp_path: Path) -> None:
    built = Config.from_dict(tomllib.loads(GOOD), base=tmp_path)
    read = load(GOOD)
    assert (built.audit, built.sources, built.output) == (read.audit, read.sources, read.output)
    assert tomllib.loads(built.text) == tomllib.loads(GOOD)
    assert built.sha256 == hashlib.sha256(built.text.encode()).hexdigest()
    with pytest.raises(ConfigError, match="focal group and the reference"):
        Config.from_dict(
            {**tomllib.loads(GOOD), "audit": {"title": "x", "as_of": date(2012, 1, 1), "reference_group": "hispanic"}}
        )


def test_written_toml_reads_back() -> None:
    data = {
        "a": 1,
        "odd key.": 'quote " back \\ tab \t del \x7f é ☃',
        "list": [1, 2.5, "x", True],
        "empty": [],
        "day": date(2012, 6, 30),
        "table": {"x": {"y": "z"}, "tables": [{"k": 1}, {"k": 2, "deeper": {"d": False}}]},
    }
    assert tomllib.loads(dumps(data)) == data
    assert tomllib.loads(dumps({"a": None, "b": 1})) == {"b": 1}
    with pytest.raises(TypeError, match="object has no form"):
        dumps({"a": object()})


def test_the_schema_accepts_the_example_and_closes_the_tables() -> None:
    schema = config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = json.loads(json.dumps(tomllib.loads(GOOD), default=str))
    assert list(validator.iter_errors(good)) == []
    assert list(validator.iter_errors({**good, "signals": {"level-mix": {"event": "removal"}}})) == []
    for bad in (
        {**good, "ouput": {}},
        {**good, "signals": {"levelmix": {}}},
        {**good, "signals": {"level-mix": {"shar": 1}}},
        {**good, "sources": []},
    ):
        assert list(validator.iter_errors(bad))
