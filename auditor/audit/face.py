"""The review as scripts and notebooks hold it: the data of :mod:`auditor.findings.review`, and what is made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Self

from auditor.audit import findings_csv
from auditor.audit.config import Config
from auditor.audit.environment import engines, environment_json
from auditor.audit.output import OutputFolder
from auditor.audit.pages import pages
from auditor.audit.progress import Progress, silent
from auditor.audit.unswept import unswept
from auditor.errors import Problem, UsageError, unknown_name
from auditor.findings import review as plain
from auditor.report.labels import BY_KEY
from auditor.report.letters.details import Details
from auditor.report.tables import tables

if TYPE_CHECKING:
    import pandas

_SHOWN: Final = 20
_KEPT_EVERY: Final = 32
"""Pages after which those that are whole are written down."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What an output folder holds beside the review: the texts of what was run, and of what it ran on."""

    config: str
    protocol: str
    environment: str

    FILES: ClassVar[Mapping[str, str]] = {
        "config": "config.toml",
        "protocol": "protocol.toml",
        "environment": "environment.json",
    }

    @classmethod
    def of(cls, settings: Config) -> Origin:
        """Return those of a run that is to be written."""
        return cls(
            settings.text,
            settings.protocol.text,
            environment_json(
                seed=settings.audit.seed,
                config_sha256=settings.sha256,
                protocol_sha256=settings.protocol.sha256,
                **engines(settings.sources),
            ),
        )

    @classmethod
    def beside(cls, path: Path) -> Origin | None:
        """Read them from the folder of a review; None where one of them is not there."""
        folder = path if path.is_dir() else path.parent
        files = {name: folder / file for name, file in cls.FILES.items()}
        if not all(file.is_file() for file in files.values()):
            return None
        return cls(**{name: file.read_bytes().decode("utf-8") for name, file in files.items()})


class Review(plain.Review):
    """A whole audit, with its letters, its tables and its output folder.

    Immutable, and read again years later by :meth:`load` without pandas.
    """

    __slots__ = ("_origin",)
    _origin: Origin | None

    @classmethod
    def of(cls, review: plain.Review, origin: Origin | None = None) -> Self:
        """Return a review with this face; ``origin`` is needed to save it."""
        found = cls(**{name: getattr(review, name) for name in plain.field_names(plain.Review)})
        object.__setattr__(found, "_origin", origin)
        return found

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read ``review.json`` (or the folder that holds it)."""
        return cls.of(plain.Review.load(path), Origin.beside(Path(path)))

    @property
    def origin(self) -> Origin | None:
        """What the output folder holds beside the review; None where only the review itself is at hand."""
        return getattr(self, "_origin", None)

    def letter(
        self,
        place: str,
        kind: str,
        form: str = "md",
        details: Details | None = None,
        letterhead: Path | None = None,
        language: str = "en",
    ) -> bytes:
        """Return a letter about one place; see :func:`auditor.audit.api.letter`."""
        from auditor.audit.lettering.write import letter_of, rendered

        return rendered(letter_of(self, place, kind, details, language), form, letterhead)

    def to_frame(self) -> pandas.DataFrame:
        """Return the findings as a data frame: a row each, the columns of ``tables/findings.csv``.

        What was not worked out, and what may not be printed, is missing.
        """
        import pandas

        rows = [findings_csv.flatten(finding) for finding in self.findings()]
        return pandas.DataFrame.from_records(rows, columns=findings_csv.header(rows))

    def save(self, out: str | Path, places: Sequence[str] = (), workers: int = 1) -> Path:
        """Write the output folder, as ``auditor run`` does.

        Parameters
        ----------
        out : path
            Appears whole or not at all.
        places : sequence of str
            Places whose pages are wanted; all when empty.
        workers : int
            Processes that render pages.

        Returns
        -------
        path
            The folder.

        Raises
        ------
        UsageError
            When a wanted place is not in the audit, or the review came without its configuration.
        """
        origin = self.origin
        if origin is None:
            found = "only review.json is at hand"
            why = "an output folder also holds the configuration, the protocol and the versions of the run"
            problem = Problem(found, why, "load the whole output folder, or run the audit again")
            raise UsageError("this review cannot be saved as an output folder", [problem])
        with OutputFolder(out, {"title": self.audit["title"]}) as target:
            write(target, self, origin, chosen(self, places), workers, silent)
        return Path(out)

    def __repr__(self) -> str:
        """Say what it is in one line: the numbers behind it run to megabytes."""
        reached = Counter(entry.verdict for entry in self.places)
        verdicts = ", ".join(f"{reached[key]} {key}" for key in BY_KEY if reached[key])
        return f"<Review {str(self.audit.get('title', ''))!r}: {verdicts or 'no place'}>"

    def _repr_html_(self) -> str:
        """Show the places and their verdicts in a notebook."""
        rows = "".join(
            f"<tr><td>{escape(entry.name)}</td><td>{escape(entry.place)}</td>"
            f"<td>{escape(BY_KEY[entry.verdict].label)}</td></tr>"
            for entry in self.places[:_SHOWN]
        )
        more = len(self.places) - _SHOWN
        rest = f"<p>and {more:,} more places</p>" if more > 0 else ""
        head = "<tr><th>Place</th><th>Identifier</th><th>Verdict</th></tr>"
        return f"<table><caption>{escape(str(self.audit.get('title', '')))}</caption>{head}{rows}</table>{rest}"


def chosen(review: plain.Review, places: Sequence[str]) -> list[int]:
    """Return the positions of the wanted places, all when none is named.

    Raises
    ------
    UsageError
        When a wanted place is not in the audit.
    """
    known = [entry.place for entry in review.places]
    missing = [place for place in places if place not in known]
    if missing:
        raise UsageError(unknown_name("place", missing[0], known[:12]))
    return [i for i, place in enumerate(known) if not places or place in places]


def write(
    target: OutputFolder,
    review: plain.Review,
    origin: Origin,
    positions: Sequence[int],
    workers: int,
    progress: Progress,
) -> None:
    """Write every file of an output folder but its two lists; those that are there already are left as they are.

    Raises
    ------
    Poisoned
        When the pages of some places fail; nothing of the folder may be used then.
    """
    with unswept():
        for name, content in _data(review, origin):
            if not target.has(name):
                target.write(name, content)
    target.keep()
    for count, (path, html) in enumerate(pages(review, positions, workers, progress, target.has), 1):
        target.write(path, html)
        if count % _KEPT_EVERY == 0:
            target.keep()
    target.keep()


def _data(review: plain.Review, origin: Origin) -> Iterator[tuple[str, str | bytes]]:
    yield "review.json", review.to_bytes()
    yield findings_csv.NAME, findings_csv.findings_csv(review)
    yield from tables(review)
    for name, file in Origin.FILES.items():
        yield file, getattr(origin, name)
