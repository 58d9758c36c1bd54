"""A page of the documentation as something that runs: its files are written, its commands run, their words compared.

A fenced block is told by what stands behind its fence:

- ``csv NAME``, ``toml NAME``, ``python NAME``, ``text NAME``: a file, written as it stands;
- ``toml answers NAME``: lines answered in a drafted configuration;
- ``toml adds NAME``: a heading of a file that is there, and the lines that come below it;
- ``console``: commands after ``$``, and what they print, where ``...`` stands for lines left out, a line that ends in
  ``...`` for one cut short, and one that begins so too for a part of one; ``console exit 4`` where the last command
  ends so;
- ``sh``: commands whose words are not shown;
- ``toml`` alone: an example; it must be TOML, and a configuration if it has ``[audit]``.

Every other block is prose.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor import cli
from auditor.audit.config import load_config

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ("csv", "toml", "python", "text")


@dataclass(frozen=True)
class Block:
    """A fenced block: what stands behind the fence, and its lines."""

    about: str
    lines: list[str]

    @property
    def file(self) -> str:
        """The file that the block is, or an empty text."""
        kind, _, name = self.about.partition(" ")
        return name if kind in WRITTEN and " " not in name else ""


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, also those inside a list."""
    for found in re.finditer(r"^( *)```([^\n]*)\n(.*?)^\1```$", text, re.M | re.S):
        yield Block(found[2].strip(), textwrap.dedent(found[3]).splitlines())


def steps(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a console block with the lines that they print."""
    command, printed = "", []
    for line in lines:
        if line.startswith("$ "):
            if command:
                yield command, printed
            command, printed = line.removeprefix("$ "), []
        else:
            printed.append(line)
    if command:
        yield command, printed


def commands(block: Block) -> list[str]:
    """Return the commands of a block, without their remarks."""
    if block.about.startswith("console"):
        return [command for command, _ in steps(block.lines)]
    if block.about != "sh":
        return []
    return [command for line in block.lines if (command := re.sub(r"(^|\s+)#.*", "", line).strip())]


def answer(file: Path, lines: list[str]) -> None:
    """Write answers into a configuration: in place of their open line, or beside the format."""
    text = file.read_text(encoding="utf-8").split("\n")
    for line in lines:
        key = line.partition(" = ")[0]
        at = [i for i, old in enumerate(text) if old.removeprefix("#= ").startswith(f"{key} = ")]
        if at:
            text[at[0]] = line
        else:
            text.insert(next(i for i, old in enumerate(text) if old.startswith("format = ")) + 1, line)
    if any(line.startswith("constants.place") for line in lines):
        text = [line for line in text if line != 'columns.place = ""']
    file.write_text("\n".join(text), encoding="utf-8")


def add_below(file: Path, lines: list[str]) -> None:
    """Write lines below the heading that the first of them is."""
    text = file.read_text(encoding="utf-8")
    assert text.count(f"{lines[0]}\n") == 1, lines[0]
    file.write_text(text.replace(f"{lines[0]}\n", "\n".join(lines) + "\n"), encoding="utf-8")


def missing_line(shown: list[str], said: list[str]) -> str | None:
    """Return the first shown line that was not said in its place, or None.

    Lines follow each other as they were said; ``...`` lets any number of lines be left out.
    """
    at, skip = 0, True
    for line in shown:
        if line == "...":
            skip = True
            continue
        fits = [i for i in range(at, len(said) if skip else min(at + 1, len(said))) if _is(line, said[i])]
        if not fits:
            return line
        at, skip = fits[0] + 1, False
    return None


def _is(shown: str, said: str) -> bool:
    if shown.startswith("... ") and shown.endswith(" ..."):
        return shown[4:-4] in said
    return said.startswith(shown.removesuffix(" ...")) if shown.endswith(" ...") else shown == said.rstrip()


@dataclass
class Runner:
    """Runs pages in a folder, in the order of their blocks.

    Attributes
    ----------
    folder : Path
        Where it runs.
    kept : mapping of str to (words, folder)
        Commands that were run before, with what they said and the folder that they wrote: the same command gives the
        same bytes.
    unrun : mapping of str to str
        Commands that are not run, each with the reason.
    apart : bool
        Whether the folder holds a checkout of its own, so that commands run in processes of their own and import it.
    """

    folder: Path
    kept: Mapping[str, tuple[str, Path]] = field(default_factory=dict)
    unrun: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False
    ran: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    def page(self, text: str) -> None:
        """Run every block of a page."""
        drafted = ""
        for block in blocks(text):
            drafted = self._block(block, drafted)

    def _block(self, block: Block, drafted: str) -> str:
        if block.file:
            target = self.folder / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(block.lines) + "\n", encoding="utf-8")
        elif block.about.startswith("toml answers "):
            answer(self.folder / block.about.split()[-1], block.lines)
        elif block.about.startswith("toml adds "):
            add_below(self.folder / block.about.split()[-1], block.lines)
        elif block.about == "toml":
            self._example("\n".join(block.lines), drafted)
        elif block.about == "sh":
            for command in commands(block):
                drafted = self._command(command, [], 0) or drafted
        elif block.about.startswith("console"):
            told = list(steps(block.lines))
            last = int(block.about.partition("exit ")[2] or 0)
            for number, (command, printed) in enumerate(told, 1):
                drafted = self._command(command, printed, last if number == len(told) else 0) or drafted
        return drafted

    def _example(self, text: str, drafted: str) -> None:
        """Hold an example against what it is: part of the configuration that was drafted, a whole one, or TOML."""
        if text.startswith("[audit]") and "[[sources]]" in text:
            written = self.folder / "example.toml"
            written.write_text(text, encoding="utf-8")
            assert load_config(written).sources
            written.unlink()
        elif drafted:
            assert text in drafted, text
        else:
            tomllib.loads(text)

    def _command(self, command: str, printed: list[str], wanted: int) -> str:
        """Run a command and compare; return the configuration that it drafted, if it did."""
        if command in self.unrun:
            self.passed.append(command)
            return ""
        code, said = self._run(command)
        assert code == wanted, f"{command}: exit {code}\n{said}"
        lost = missing_line(printed, said.splitlines())
        assert lost is None, f"{command} does not say {lost!r}; it says\n{said}"
        self.ran.append(command)
        words = shlex.split(command)
        if words[:2] != ["auditor", "init"] or "--template" in words:
            return ""
        out = words[words.index("--out") + 1] if "--out" in words else "audit.toml"
        return (self.folder / out).read_text(encoding="utf-8")

    def _run(self, command: str) -> tuple[int, str]:
        if command in self.kept:
            said, folder = self.kept[command]
            shutil.copytree(folder, self.folder / folder.name)
            return 0, said
        words = shlex.split(command)
        if self.apart or words[0] != "auditor" or "&&" in words:
            return self._outside(command)
        said = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = cli.main(words[1:])
        return code, said.getvalue()

    def _outside(self, command: str) -> tuple[int, str]:
        """Run a command in a shell; in a checkout of its own the program is that checkout's."""
        environment = dict(os.environ)
        if self.apart:
            command = re.sub(r"^auditor\b", "python -m auditor.cli", command)
        command = re.sub(r"^python\b", shlex.quote(sys.executable), command)
        if self.apart:
            environment |= {"PYTHONPATH": str(self.folder), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


def pages() -> dict[str, Path]:
    """Return the pages of the documentation by their path in the project; generated method pages have no commands."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path for path in found}


def shared_data() -> Path | None:
    """Return the folder of the shared data, where it is here."""
    folder = ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() or os.environ.get("AUDITOR_REQUIRE_DATA") else None
