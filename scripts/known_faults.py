"""Look up known faults of what a run needs, and say of how many that was possible.

    python scripts/known_faults.py requirements.lock

pip-audit ends well where it could look nothing up, so that its answer alone would be a false comfort. This ends with 1
where a fault is known; where the service could not be asked it says so, and of how many.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

OPTIONS = ["--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off"]


def told(found: dict[str, Any]) -> tuple[list[str], int]:
    """Return what there is to say of an answer of pip-audit, and the exit code.

    Parameters
    ----------
    found : dict
        As pip-audit prints it: dependencies, each with its faults (``vulns``) or a ``skip_reason``.
    """
    parts = found["dependencies"]
    faults = [f"{part['name']} {part['version']}: {fault['id']}" for part in parts for fault in part.get("vulns", ())]
    skipped = [part["name"] for part in parts if "skip_reason" in part]
    lines = [f"known fault: {fault}" for fault in faults]
    lines.append(f"{len(parts) - len(skipped)} of {len(parts)} distributions looked up, {len(faults)} known faults")
    if skipped:
        why = "the service could not be asked, or does not know them"
        lines.append(f"NOT looked up, since {why}: {', '.join(skipped)}")
    return lines, int(bool(faults))


def main() -> int:
    """Ask, and say."""
    command = [str(Path(sys.executable).with_name("pip-audit")), "--requirement", sys.argv[1], *OPTIONS]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own arguments)
    try:
        lines, code = told(json.loads(asked.stdout))
    except ValueError:
        last = asked.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        lines, code = [f"NOT looked up: the service could not be asked ({last[0]})"], 0
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
