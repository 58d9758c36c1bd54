"""The command line: what it prints where, and how it ends. What computes is replaced; the demo runs elsewhere."""

import json
import os
import signal
import subprocess
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from auditor import cli, cli_guard
from auditor.errors import EXIT_USAGE, ConfigError, DecisionNeeded, InputError, Problem

COMMANDS = [
    "app",
    "calibrate",
    "check",
    "compare",
    "counts",
    "demo",
    "explain",
    "init",
    "letter",
    "methods",
    "run",
    "schema",
    "verify",
]
NUMERIC = [
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "duckdb",
    "pydantic",
    "jinja2",
    "rich",
    "python_calamine",
    "rapidfuzz",
]


@dataclass
class Place:
    place: str = "48453"
    name: str = "Travis County"
    verdict: str = "pattern-worth-examining"
    page: str = "places/48453-travis-county.html"


@dataclass
class FakeReview:
    places: list[Place] = field(default_factory=lambda: [Place()])


@dataclass
class Outcome:
    out: Path
    flagged: tuple[str, ...] = ()
    failures: tuple[dict[str, str], ...] = ()
    review: FakeReview = field(default_factory=FakeReview)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Stand in for auditor.audit.api, which is imported inside the commands."""
    module = types.ModuleType("auditor.audit.api")
    import auditor.audit

    monkeypatch.setitem(sys.modules, "auditor.audit.api", module)
    monkeypatch.setattr(auditor.audit, "api", module, raising=False)
    return module


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_python_runs_the_package_as_the_command() -> None:
    ran = python("-m", "auditor", "--version")
    assert (ran.returncode, ran.stdout) == (0, python("-m", "auditor.cli", "--version").stdout)
    assert python("-m", "auditor", "nothing").returncode == EXIT_USAGE


def test_help_names_every_command_and_imports_nothing_numeric() -> None:
    program = (
        "import sys; from auditor.cli import main; code = main(['--help']);"
        f"print(sorted(set(sys.modules) & set({NUMERIC})), file=sys.stderr); sys.exit(code)"
    )
    ended = python("-c", program)
    assert ended.returncode == 0
    assert ended.stderr == "[]\n"
    for command in COMMANDS:
        assert f"\n  {command} " in ended.stdout
    assert "Exit codes: 0 done" in ended.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    assert f"Usage: auditor {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rum"], "Did you mean 'run'?"),
        (["run"], "Missing argument 'CONFIG'"),
        (["run", "a.toml", "--as-of", "30/06/2012"], "is no day; write it as 2012-06-30"),
        (["run", "a.toml", "--workers", "0"], "x>=1"),
        (["run", "a.toml", "--workrs", "2"], "--workers"),
        (["explain", "out"], "--place"),
        (["schema", "reviw"], "review"),
        (["methods", "levelmix"], "Did you mean 'level-mix'?"),
    ],
)
def test_usage_errors_exit_with_2_and_say_what_is_meant(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"auditor, version {cli.__version__}\n"


@pytest.mark.parametrize(
    ("flagged", "failed", "option", "code"),
    [
        ((), (), [], 0),
        (("48453",), (), [], 0),
        (("48453",), (), ["--fail-on-signal"], 6),
        ((), (), ["--fail-on-signal"], 0),
        ((), ("48309",), ["--fail-on-signal"], 5),
        (("48453",), ("48309",), [], 5),
        (("48453",), ("48309",), ["--fail-on-signal"], 6),
    ],
)
def test_the_exit_code_of_a_run(
    api: Any,
    capsys: pytest.CaptureFixture[str],
    flagged: tuple[str, ...],
    failed: tuple[str, ...],
    option: list[str],
    code: int,
) -> None:
    failures = tuple({"place": place, "error": "it failed"} for place in failed)
    api.run_to_folder = lambda config, out, **options: Outcome(out, flagged, failures)
    assert cli.main(["run", "audit.toml", *option]) == code
    printed = capsys.readouterr()
    assert printed.out == f"1 places, {len(flagged)} flagged. Open out/index.html\n"
    assert printed.err == "".join(f"failed: {place}: it failed\n" for place in failed)


def test_run_hands_its_options_on(api: Any, capsys: pytest.CaptureFixture[str]) -> None:
    given: dict[str, Any] = {}

    def run_to_folder(config: Path, out: Path, **options: Any) -> Outcome:
        given.update(options, config=config, out=out)
        return Outcome(out, ("48453",))

    api.run_to_folder = run_to_folder
    arguments = "run a.toml --out o --place 1 --place 2 --workers 3 --seed 4 --as-of 2012-06-30 --quiet --json"
    assert cli.main([*arguments.split(), "--lang", "es"]) == 0
    assert {name: str(value) for name, value in given.items()} == {
        "config": "a.toml",
        "out": "o",
        "places": "('1', '2')",
        "workers": "3",
        "seed": "4",
        "as_of": "2012-06-30",
        "quiet": "True",
        "language": "es",
        "resume": "False",
        "tell": "None",
    }
    assert json.loads(capsys.readouterr().out) == {
        "out": "o",
        "places": [
            {
                "place": "48453",
                "name": "Travis County",
                "verdict": "pattern-worth-examining",
                "page": "places/48453-travis-county.html",
            }
        ],
        "flagged": ["48453"],
        "failures": [],
    }


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            ConfigError("a.toml cannot be used", [Problem("x", "y", "z", "a.toml", row=3)]),
            2,
            "a.toml › row 3: x — y — z",
        ),
        (InputError("a.csv cannot be used"), 3, "a.csv cannot be used"),
        (DecisionNeeded("2 places", [Problem("x", "y", "z")], '"Doña" = "35013"'), 4, '"Doña" = "35013"'),
    ],
)
def test_errors_carry_their_exit_code(
    api: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
    said: str,
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise error

    api.run_to_folder = api.check = fail
    monkeypatch.setattr("auditor.audit.counting.counts", fail)
    for arguments in (["run", "a.toml"], ["check", "a.csv"], ["counts", "a.csv", "--out", "-"]):
        assert cli.main(arguments) == code
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err


def test_an_unexpected_error_shows_no_data(
    api: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise ValueError("A-number 012 345 678 of Jane Doe")

    api.run_to_folder = fail
    assert cli.main(["run", "a.toml"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "ValueError at cli.py:" in printed.err
    assert "report" in printed.err
    assert "Jane" not in printed.err
    assert "Traceback" not in printed.err
    assert str(Path.cwd()) not in printed.err
    monkeypatch.setenv("AUDITOR_DEBUG", "1")
    assert cli.main(["run", "a.toml"]) == 1
    assert "Jane Doe" in capsys.readouterr().err


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, 130), (cli_guard.Terminated, 143)])
def test_an_interruption_is_said_in_a_line(
    api: Any, capsys: pytest.CaptureFixture[str], raised: type[BaseException], code: int
) -> None:
    def stop(*arguments: Any, **options: Any) -> None:
        raise raised

    api.run_to_folder = stop
    assert cli.main(["run", "a.toml"]) == code
    assert "nothing was published" in capsys.readouterr().err


def test_an_interruption_that_became_another_error_is_one_all_the_same(
    api: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """DuckDB, interrupted in a query, raises a RuntimeError that knows of no signal."""

    def query(*arguments: Any, **options: Any) -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException:
            raise RuntimeError("Query interrupted") from None

    api.run_to_folder = query
    assert cli.main(["run", "a.toml"]) == 143
    assert capsys.readouterr().err == "auditor: asked to stop; nothing was published\n"

    def fail(*arguments: Any, **options: Any) -> None:
        raise RuntimeError

    api.run_to_folder = fail  # the next command is another story
    assert cli.main(["run", "a.toml"]) == 1


STOPPED = """
import sys, time, types
api = types.ModuleType("auditor.audit.api")
import auditor.audit
sys.modules["auditor.audit.api"] = auditor.audit.api = api
def run_to_folder(config, out, **options):
    from auditor.audit.output import OutputFolder
    with OutputFolder(out) as folder:
        folder.write("half.html", "half")
        print("ready", flush=True)
        time.sleep(60)
api.run_to_folder = run_to_folder
from auditor.cli import main
sys.exit(main(["run", "a.toml", "--out", sys.argv[1]]))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_run_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, code: int) -> None:
    command = [sys.executable, "-c", STOPPED, str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, err = process.communicate()
    assert process.returncode == code
    assert err.strip().count("\n") == 0  # click ends the line that ^C began
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    program = "from auditor.cli import main; import sys; sys.exit(main(['schema', 'review']))"
    command = f'set -o pipefail; {sys.executable} -c "{program}" | head -c 10 >/dev/null'
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@dataclass
class Report:
    questions: tuple[str, ...] = ()

    def to_json(self) -> str:
        return "{}\n"

    def to_text(self, *, verbose: bool) -> str:
        return "everything\n" if verbose else "text\n"


def test_check_prints_its_report_and_exits_with_4_when_a_person_must_decide(
    api: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    api.check = lambda inputs: Report()
    assert cli.main(["check", "a.csv"]) == 0
    assert capsys.readouterr().out == "text\n"
    assert cli.main(["check", "a.csv", "--verbose"]) == 0
    assert capsys.readouterr().out == "everything\n"
    api.check = lambda inputs: Report(("which county?",))
    assert cli.main(["check", "a.csv", "b.csv", "--json"]) == 4
    assert capsys.readouterr().out == "{}\n"


def test_counts_writes_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("auditor.audit.counting.counts", lambda inputs, **asked: f"place,n\n{asked['table']},3\n")
    assert cli.main(["counts", "a.csv", "--table", "population"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "population.private.csv\n"
    assert "NOT FOR PUBLICATION" in printed.err
    file = tmp_path / "population.private.csv"
    assert file.read_bytes() == b"place,n\npopulation,3\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert cli.main(["counts", "a.csv", "--out", "-"]) == 0
    assert capsys.readouterr().out == "place,n\nNone,3\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["population.private.csv"]


def test_counts_never_writes_into_an_output_folder(
    api: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from auditor.audit.output import OutputFolder

    with OutputFolder(tmp_path / "out") as folder:
        folder.write("tables/findings.csv", "x\n")
    api.counts = lambda inputs, **options: "secret"
    (tmp_path / "link").symlink_to(tmp_path / "out" / "tables")
    for name in ("out/x.csv", "out/tables/x.csv", "link/x.csv", "nowhere/x.csv"):
        assert cli.main(["counts", "a.csv", "--out", str(tmp_path / name)]) == 2
    assert "output folder" in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"secret"]


@pytest.mark.parametrize("which", ["config", "review", "check", "compare", "calibrate"])
def test_schema_prints_a_json_schema(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    assert cli.main(["schema", which]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_methods_shows_every_card(capsys: pytest.CaptureFixture[str]) -> None:
    from auditor.signals.registry import discover

    assert cli.main(["methods"]) == 0
    overview = capsys.readouterr().out
    for name, found in discover().items():
        assert f"{name} ({found.card.family})" in overview
        assert cli.main(["methods", name]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        for text in (found.card.question, found.card.null, found.card.needs, *found.card.misleads):
            assert " ".join(text.split()) in shown
