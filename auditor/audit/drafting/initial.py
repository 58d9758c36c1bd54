"""Draft a configuration from files, or go on with one: keep what was answered, ask what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from auditor.audit.config import Config, load_config
from auditor.audit.config_parts import FAR_FUTURE
from auditor.audit.drafting.document import Block, write
from auditor.audit.drafting.gathered import new_paths
from auditor.audit.drafting.missing import Held, held_of, missing
from auditor.audit.drafting.survey import Surveyed, look
from auditor.audit.drafting.trial import Bench, try_all
from auditor.audit.ruled import rows_wanted
from auditor.errors import DecisionNeeded, InputError, Problem, UsageError
from auditor.records.load import Loaded, load
from auditor.records.proposing.line import Line
from auditor.records.spec import SourceSpec
from auditor.records.store import Store

HEAD = (
    "Written by `auditor init`. Lines that begin with #? or #= are written anew when it runs again; all others are "
    "yours and stay.",
    'An empty text ("") is an open question: write the answer between the quotes, or take the line out. After #= '
    "stands a line that you may take up: take the #= away.",
    "Then run `auditor init` again with the same files until nothing is open, look with `auditor check`, and run "
    "`auditor run`.",
)
_NOTHING = {"audit": {"title": "init", "as_of": FAR_FUTURE}, "sources": [{"path": "none"}]}
TITLE = "Untitled audit"


@dataclass(frozen=True)
class Drafted:
    """What `init` wrote.

    Attributes
    ----------
    text : str
        The configuration.
    sources : tuple of Surveyed
    open : int
        Lines that a person must still answer.
    missing : tuple of str
        What the files lack.
    """

    text: str
    sources: tuple[Surveyed, ...]
    open: int
    missing: tuple[str, ...]

    @property
    def wrong(self) -> tuple[Problem, ...]:
        """What makes files unusable."""
        return tuple(problem for source in self.sources for problem in source.wrong)


def draft(files: Sequence[Path], out: Path) -> Drafted:
    """Draft a configuration, or go on with the one that is there; nothing is written.

    Parameters
    ----------
    files : sequence of path
        Data files, folders and patterns; what the configuration names already is looked at again.
    out : path
        Where the configuration stands, or is to stand.

    Raises
    ------
    UsageError
        When there is nothing to look at, or a file is no data.
    ConfigError
        When the configuration that is there cannot be used.
    """
    base = out.parent
    config = load_config(out) if out.exists() else None
    specs = [] if config is None else [spec.model_copy() for spec in config.sources]
    new = [SourceSpec(path=path) for path in new_paths(files, base, specs)]
    if not specs and not new:
        raise UsageError("name the data files: auditor init arrests.csv population.csv")
    found = [look(spec, base, begun=True) for spec in specs] + [look(spec, base, begun=False) for spec in new]
    settings = config or Config.from_dict(_NOTHING, base)
    bench = Bench(base, rows_wanted(settings), settings.decisions)
    try_all(found, bench)
    blocks = [
        Block(_of(source), at if at < len(specs) else None, source.head, source.lines)
        for at, source in enumerate(found)
    ]
    held, last = _together(found, bench)
    lacking = tuple(missing(held))
    as_of_open = config is None or bool(config.open)
    audit = _audit(last, held, begun=config is not None, as_of=as_of_open)
    foot = [f"Still missing: {text}" for text in lacking]
    text = write("" if config is None else config.text, audit, blocks, HEAD, foot)
    asked = sum(line.asks for block in blocks for line in block.lines) + sum(line.asks for line in audit)
    return Drafted(text, tuple(found), asked, lacking)


def _of(source: Surveyed) -> str:
    return source.spec.path


def _together(found: Sequence[Surveyed], bench: Bench) -> tuple[Held, date | None]:
    """Return what the files that can be read hold, and their last day."""
    kinds = {source.kind for source in found if source.kind}
    ready = [source.spec for source in found if not source.asked and not source.wrong and not source.spec.unanswered]
    with Store() as store:
        try:
            loaded = load(ready, bench.base, store, decisions=bench.decisions)
        except (DecisionNeeded, InputError):  # what holds over several files is asked by `check`
            return Held(kinds, grouped=_grouped(found)), None
        said = {source.spec.constants["event"] for source in found if source.spec.constants.get("event")}
        held = held_of(loaded, kinds, said, grouped=_grouped([source for source in found if source.spec not in ready]))
        whole = all(source.spec in ready or source.kind in _WITHOUT_EVENTS for source in found)
        return held, _last_day(loaded) if whole else None


def _grouped(found: Sequence[Surveyed]) -> bool:
    return any("group" in source.names and source.kind != "population" for source in found)


_WITHOUT_EVENTS = ("population", "places", "activations", "operations")
_MORE = timedelta(days=366)


def _last_day(loaded: Loaded) -> date | None:
    """Return the last day of the counts, leaving out a few that lie far behind all others (a mistyped year)."""
    days = loaded.store.connection.execute(
        'SELECT "end", count(*) FROM counts WHERE "end" IS NOT NULL GROUP BY 1 ORDER BY 1'
    ).fetchall()
    total, so_far = sum(count for _, count in days), 0
    for day, count in days:
        so_far += count
        if so_far >= 0.999 * total:
            near = [later for later, _ in days if later <= day + _MORE]
            return max(near)
    return None


def _audit(last: date | None, held: Held, *, begun: bool, as_of: bool) -> list[Line]:
    lines: list[Line] = []
    if not begun:
        lines.append(Line("", "title", TITLE, ("what stands at the head of every page",)))
    if as_of:
        lines.append(_as_of(last))
    if not begun:
        lines.append(
            Line("", "", 'focal_groups = ["hispanic"]\nreference_group = "white"', ("the groups that are compared",))
        )
    lines.append(
        Line(
            "",
            "",
            "data_opened = 2012-05-01",
            ("the day on which you first saw outcomes; printed as you declare it",),
            firm=False,
        )
    )
    if held.start is not None and held.end is not None:
        span = f"period = {{ start = {held.start}, end = {held.end} }}"
        lines.append(
            Line("", "", span, ("the files run over these days; a shorter period leaves the rest out",), firm=False)
        )
    return lines


def _as_of(last: date | None) -> Line:
    if last is None:
        about = "the date that the report bears, such as 2012-06-30 (without quotes); later days count as mistakes"
        return Line("", "as_of", "", (about,))
    about = f"the date that the report bears; the counts run until {last}"
    return Line("", "", f"as_of = {last}", (about,))
