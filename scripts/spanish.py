"""Keep the Spanish catalogues: what is missing, fill in what a translator sent, compile.

    python scripts/spanish.py missing            list what has no translation, or a stale one
    python scripts/spanish.py todo DIR           write it as DIR/<catalogue>.toml, to be filled in
    python scripts/spanish.py fill DIR           take translations from DIR/<catalogue>.toml into the catalogues
    python scripts/spanish.py compile            write the compiled catalogue from the translators' files

A translation belongs to one English text: where the English was changed, it is stale, and is asked for again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from translatable import FREE, HEADER, catalogues

from auditor.report.locale.compiled import compiled
from auditor.report.locale.po import Entry, read, written
from auditor.resources import folder

PLACE = folder("data") / "locale" / "es_US"
ABOUT = (
    "Spanish (es-US). AWAITING REVIEW by a human translator; see docs/glossary-es.md.\n"
    "The context of an entry is the key of its sentence."
)


def held() -> dict[tuple[str, str], str]:
    """Return every translation there is: (context, English) = Spanish."""
    return {
        (entry.context, entry.text): entry.told
        for file in sorted(PLACE.glob("*.po"))
        for entry in read(file)
        if entry.told and not entry.fuzzy
    }


def save(known: Mapping[tuple[str, str], str]) -> None:
    """Write every catalogue, with what is known and what is missing, and the compiled one."""
    for name, texts in catalogues().items():
        entries = [Entry(context, text, known.get((context, text), "")) for context, text in texts]
        (PLACE / f"{name}.po").write_text(written(entries, HEADER, f"{name}: {ABOUT}"), encoding="utf-8")
    wanted = {key: known[key] for texts in catalogues().values() for key in texts if known.get(key)}
    target = PLACE / "LC_MESSAGES" / "auditor.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(compiled(wanted, HEADER))


def sent(path: Path) -> dict[str, str]:
    """Return what a translator sent: identifier, or English text, = Spanish."""
    found: dict[str, str] = {}

    def walk(table: Mapping[str, object], prefix: str) -> None:
        for key, value in table.items():
            name = prefix + key
            if isinstance(value, dict):
                walk(value, f"{name}.")
            elif isinstance(value, str) and value.strip():
                found[name] = value.strip()
                if key == "text":
                    found[prefix.removesuffix(".")] = value.strip()

    walk(tomllib.loads(path.read_text(encoding="utf-8")), "")
    return found


def fill(source: Path) -> None:
    """Take in what a translator sent; what belongs to no text of today is told and left out."""
    known = held()
    for name, texts in catalogues().items():
        files = [source / f"{name}.toml", source / f"{name}-more.toml"]
        for file in files:
            if not file.is_file():
                continue
            given = sent(file)
            keys = {context for context, _ in texts} | {text for _, text in texts}
            for stray in sorted(set(given) - keys - {f"{key}.text" for key in keys}):
                print(f"{file.name}: {stray!r} is no text of today", file=sys.stderr)
            for context, text in texts:
                told = given.get(text) if context in FREE else given.get(context)
                if told:
                    known[context, text] = told
    save(known)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["missing", "todo", "fill", "compile"])
    parser.add_argument("folder", nargs="?", type=Path)
    given = parser.parse_args()
    if given.what == "fill":
        fill(given.folder)
    elif given.what == "compile":
        save(held())
    known = held()
    lacking = {name: [key for key in texts if key not in known] for name, texts in catalogues().items()}
    for name, keys in lacking.items():
        if not keys:
            continue
        print(f"{name}: {len(keys)} of {len(catalogues()[name])} missing")
        if given.what == "missing":
            for context, text in keys:
                print(f"    {context}: {text}")
        if given.what == "todo":
            lines = [f'{json.dumps(t if c in FREE else c, ensure_ascii=False)} = ""  # {t}' for c, t in keys]
            given.folder.mkdir(parents=True, exist_ok=True)
            (given.folder / f"{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
