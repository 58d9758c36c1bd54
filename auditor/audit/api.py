"""What the command line and notebooks call."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.audit.checking import CheckReport, check
from auditor.audit.config import Config, load_config
from auditor.audit.counting import counts
from auditor.audit.explain import explain
from auditor.audit.face import Origin, Review, chosen, write
from auditor.audit.frames import on_disk
from auditor.audit.languages import spoken, wanted
from auditor.audit.officer_key import officer_key as write_key
from auditor.audit.output import OutputFolder
from auditor.audit.partial import REVIEW
from auditor.audit.poisoned import Poisoned
from auditor.audit.progress import Progress, on_terminal
from auditor.audit.run import audit as conduct
from auditor.audit.run import flagged
from auditor.audit.run_key import run_key
from auditor.findings.review import Review as PlainReview
from auditor.report.letters.details import Details
from auditor.resources import folder

if TYPE_CHECKING:
    from auditor.audit.calibrate import Calibration

__all__ = [
    "Calibration",
    "CheckReport",
    "RunOutcome",
    "audit",
    "calibrate",
    "check",
    "counts",
    "demo",
    "explain",
    "letter",
    "officer_key",
    "run",
    "run_to_folder",
]


@dataclass(frozen=True)
class RunOutcome:
    """What a run wrote, and what a script wants to know of it."""

    review: Review
    out: Path
    failures: tuple[Mapping[str, str], ...]
    flagged: tuple[str, ...]


def run(path: str | Path) -> Review:
    """Run the audit of a configuration file and return its review."""
    return _conducted(load_config(path))


def _conducted(settings: Config) -> Review:
    languages = wanted(None, settings.output.languages)
    return Review.of(spoken(conduct(settings), languages), Origin.of(settings))


def audit(config: Config | Mapping[str, Any], base: str | Path = ".") -> Review:
    """Run an audit whose configuration was built in code.

    Parameters
    ----------
    config : Config or mapping
        A mapping has the tables of the file: ``{"audit": {...}, "sources": [{...}]}``; a source's ``path`` may be a
        data frame.
    base : path
        Folder that the paths of the sources are relative to.
    """
    if isinstance(config, Config):
        return _conducted(config)
    with on_disk(config, base) as settings:
        return _conducted(settings)


def calibrate(
    config: str | Path | None = None,
    replicates: int = 200,
    *,
    quiet: bool = True,
    tell: Callable[[str], None] | None = None,
) -> Calibration:
    """Measure the error rates of a protocol.

    Parameters
    ----------
    config : path, optional
        The audit whose data and protocol are used; without one, the protocol as shipped on simulated data.
    replicates : int
        For each null; a quarter of them for each effect.
    quiet : bool
        No progress.
    tell : callable, optional
        Told once how long the work is going to take.
    """
    # Its mathematics takes a second to import, which nobody else needs.
    from auditor.audit.calibrate import calibrate as measure_rates

    settings = None if config is None else load_config(config)
    return measure_rates(settings, replicates, on_terminal(quiet), tell)


def demo(out: Path) -> RunOutcome:
    """Run the embedded example and write its whole output folder."""
    return run_to_folder(folder("configs") / "demo" / "audit.toml", out)


def run_to_folder(
    config: Path,
    out: Path,
    places: Sequence[str] = (),
    workers: int = 1,
    seed: int | None = None,
    as_of: date | None = None,
    quiet: bool = False,
    language: str | None = None,
    resume: bool = False,
    tell: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> RunOutcome:
    """Run an audit and write its output folder.

    Parameters
    ----------
    config : path
    out : path
        Appears whole or not at all.
    places : sequence of str
        Places whose pages are wanted; all when empty. The screen always uses every place.
    workers : int
        Processes that measure, grade and render pages.
    seed, as_of
        In place of the configuration's.
    quiet : bool
        No progress.
    language : str, optional
        Of the pages with the plain names; those of the configuration follow.
    resume : bool
        Go on from what an interrupted run of the same inputs and configuration finished. The bytes are those of a run
        that was not interrupted.
    tell : callable, optional
        Told what is found of earlier runs, and which places fail.
    progress : callable, optional
        Told how far the work has come, in place of the terminal.

    Returns
    -------
    RunOutcome

    Raises
    ------
    UsageError
        When a wanted place is not in the audit, or the catalogue of a language has a gap.
    """
    settings = load_config(config, as_of=as_of, seed=seed)
    languages = wanted(language, settings.output.languages)
    progress = progress or on_terminal(quiet)
    key, say = run_key(settings, languages, places), tell or _unsaid
    about, origin = {"title": settings.audit.title}, Origin.of(settings)
    try:
        with OutputFolder(out, about, key=key, resume=resume, tell=say) as target:
            if target.has(REVIEW):
                review = PlainReview.from_dict(json.loads(target.read(REVIEW)))
            else:
                review = spoken(conduct(settings, progress, workers=workers), languages)
                if run_key(settings, languages, places) != key:
                    target.keep_nothing()  # an input changed meanwhile: the key no longer says what was read
            review = _written(target, review, settings, languages, places, workers, progress, say)
    finally:
        progress("", 0, 0)
    return RunOutcome(Review.of(review, origin), Path(out), review.failures, flagged(review))


def _written(
    target: OutputFolder,
    review: PlainReview,
    settings: Config,
    languages: Sequence[str],
    places: Sequence[str],
    workers: int,
    progress: Progress,
    say: Callable[[str], None],
) -> PlainReview:
    """Write a review, or one without the places whose pages fail; return what was written."""
    while True:
        try:
            write(target, review, Origin.of(settings), chosen(review, places), workers, progress)
            return review
        except Poisoned as found:
            say(f"pages that cannot be written: {len(found.places):,}; the audit is run again without their places")
            target.restart()
            known = {entry["place"]: entry["error"] for entry in review.failures} | found.places
            review = spoken(conduct(settings, progress, known, workers), languages)


def _unsaid(line: str) -> None:
    """Say nothing."""


def officer_key(config: str | Path, review: str | Path | PlainReview, out: str | Path) -> Path:
    """Write who is behind the officers' pseudonyms of a review: private, and nowhere but here.

    Parameters
    ----------
    config : path
        The configuration that the review was made from.
    review : path or Review
        An output folder, its review.json, or the review itself.
    out : path
        File to write, readable by its owner only, never inside an output folder.

    Returns
    -------
    path
        The file.

    Raises
    ------
    UsageError
        When these records do not give the review's lists of officers, or the file cannot be written there.
    """
    held = review if isinstance(review, PlainReview) else Review.load(review)
    settings = load_config(Path(config))
    write_key(settings, held, Path(out))
    return Path(out)


def letter(
    review: str | Path | PlainReview,
    place: str,
    kind: str,
    form: str = "md",
    details: Details | None = None,
    letterhead: Path | None = None,
    language: str = "en",
) -> bytes:
    """Write a letter about one place, as ``auditor letter`` does.

    Parameters
    ----------
    review : path or Review
    place, kind : str
        As the command line has them.
    form : {"md", "html", "docx", "pdf"}
    details : Details, optional
        What only the sender knows (:class:`auditor.report.letters.details.Details`).
    letterhead : path, optional
        With ``"docx"``.
    language : {"en", "es"}
        A Spanish letter is a reading copy of the English one.

    Returns
    -------
    bytes

    Raises
    ------
    UsageError, InputError, DecisionNeeded
        As the command says; below a flag there is no title-vi letter.
    """
    held = Review.of(review) if isinstance(review, PlainReview) else Review.load(review)
    return held.letter(place, kind, form, details, letterhead, language)
