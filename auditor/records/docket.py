"""The docket: everything that is wrong or open in any file, gathered first and raised at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from auditor.domain.source import Source
from auditor.errors import ConfigError, DecisionNeeded, InputError, Problem
from auditor.records.spec import SourceSpec
from auditor.records.unseen import visible


def toml_text(text: str) -> str:
    """Write a text as a TOML basic string; characters that nobody sees are written as their numbers."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\U{ord(char):08x}" if not visible(char) else char for char in written)


def toml_table(entries: Mapping[str, str]) -> str:
    """Write a mapping of texts as a TOML inline table (one line, as TOML 1.0 asks)."""
    inside = ", ".join(f"{toml_text(key)} = {toml_text(value)}" for key, value in entries.items())
    return f"{{ {inside} }}"


@dataclass
class _Answers:
    """What one ``[[sources]]`` table would need to settle the questions about its files."""

    spec: SourceSpec
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def given(self) -> bool:
        """Whether there is anything to say."""
        return any((self.columns, self.constants, self.values, self.places, self.lines, self.comments))

    def toml(self) -> str:
        """Return the lines, merged with what the table already says: TOML refuses a key that is given twice."""
        out = [f"# in the [[sources]] table with path = {toml_text(self.spec.path)}"]
        out += [f"# {comment}" for comment in dict.fromkeys(self.comments)]
        out += list(dict.fromkeys(self.lines))
        out += _merged("columns", self.spec.columns, self.columns)
        out += _merged("constants", self.spec.constants, self.constants)
        for column, entries in self.values.items():
            out += _merged(f"values.{column}", self.spec.values.get(column, {}), entries)
        return "\n".join([*out, *_merged("places", self.spec.places, self.places)])


def _merged(name: str, kept: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    if not new:
        return []
    if all(key in kept and not kept[key] for key in new):
        return [f"# answer the lines of {name} that are left empty there"]
    remark = "  # in place of what is there" if kept else ""
    return [f"{name} = {toml_table({**kept, **new})}{remark}"]


_WANTED = {
    "format": "name the format of the file",
    "fold": 'name the column that says which rows are one event, or write "none" if each row is one',
    "columns": "name the header of the column, or take the line out if there is none",
    "constants": "say what holds for every row of the file",
}


@dataclass
class Docket:
    """Problems of the configuration, of the input, and open questions with the lines that would settle them.

    Attributes
    ----------
    config, input, questions : list of Problem
    unanswered : mapping of int to frozenset of str
        For each ``[[sources]]`` table the canonical columns that it leaves open.
    lacking : list of tuple of str
        For each thing that every row must have and a file lacks, the columns any of which would do.
    met : list of Source
        What was read by the time at which a person must decide, each with its ledger so far.
    decisions_file : str
        Base name of the file of decisions, where the configuration names one.
    """

    config: list[Problem] = field(default_factory=list)
    input: list[Problem] = field(default_factory=list)
    questions: list[Problem] = field(default_factory=list)
    unanswered: dict[int, frozenset[str]] = field(default_factory=dict)
    lacking: list[tuple[str, ...]] = field(default_factory=list)
    met: list[Source] = field(default_factory=list)
    decisions_file: str = ""
    _answers: dict[int, _Answers] = field(default_factory=dict)
    _undecided: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def decide(self, kind: str, found: str, chosen: str, why: str, candidates: str) -> None:
        """Ask for a decision in the file of decisions: one block a text, whatever files hold it.

        Parameters
        ----------
        kind : str
            ``place`` or ``facility``.
        found, chosen : str
            The text, and the only candidate (empty where there are several), which counts only once somebody has given
            the reason.
        why, candidates : str
            What is in doubt, and between which places.
        """
        lines = [f"# {why}", f"# candidates, none of them accepted: {candidates}"] if candidates else [f"# {why}"]
        lines += [f"[[{kind}]]", f"found = {toml_text(found)}", f"chosen = {toml_text(chosen)}", 'why = ""']
        self._undecided.setdefault((kind, found), [line.replace("\n", " ") for line in lines])

    def answers(self, at: int, spec: SourceSpec) -> _Answers:
        """Return the answers sheet of the ``at``-th ``[[sources]]`` table."""
        return self._answers.setdefault(at, _Answers(spec))

    def left_open(self, at: int, spec: SourceSpec) -> None:
        """Ask for the entries of a ``[[sources]]`` table that are empty texts."""
        names = spec.unanswered
        # As the user wrote it, without what a layout adds: the lines that settle a question repeat what is there.
        self.answers(at, spec)
        if not names:
            return
        self.unanswered[at] = frozenset(name.rpartition(".")[2] for name in names)
        file = PurePath(spec.path).name
        for name in names:
            wanted = _WANTED[name.partition(".")[0]]
            self.questions.append(Problem(f'{name} = ""', "it is not answered yet", wanted, file))

    def toml(self) -> str:
        """Return every line that would settle the open questions, by ``[[sources]]`` table, then for the decisions."""
        parts = [self._answers[at].toml() for at in sorted(self._answers) if self._answers[at].given]
        if self._undecided:
            blocks = "\n\n".join("\n".join(lines) for lines in self._undecided.values())
            parts.append(f"# in {self.decisions_file}, each with its reason (why)\n{blocks}")
        return "\n\n".join(parts)

    def settle(self) -> None:
        """Raise everything that was gathered; do nothing when there is nothing.

        Raises
        ------
        ConfigError
            When the configuration itself is wrong (exit 2).
        InputError
            When a file cannot be used (exit 3); open questions are listed with it.
        DecisionNeeded
            When only questions are left (exit 4).
        """
        if self.config:
            raise ConfigError("the configuration of a source cannot be used", [*self.config, *self.input])
        if self.input:
            raise InputError("the input cannot be used as it is", [*self.input, *self.questions])
        if self.questions:
            raise DecisionNeeded("a person must decide before these data can be used", self.questions, self.toml())
