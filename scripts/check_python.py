"""Say whether this Python can run auditor, and what to install where it cannot. Runs on any Python, also very old."""

import sys

NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def newer():
    """Return a Python of this machine that is new enough; empty when none is found."""
    try:
        from shutil import which
    except ImportError:
        return ""
    return next((name for name in NEWER if which(name)), "")


def lacks():
    """Return what this Python lacks, as lines to print; none when it will do."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < NEEDED:
        found = newer()
        if found:
            return ["This is Python " + version + "; auditor needs 3.11 or later.", "Here is one: make PYTHON=" + found]
        return [
            "This is Python " + version + "; auditor needs 3.11 or later. To install one:",
            "  Debian or Ubuntu  sudo apt install python3.11 python3.11-venv   (or a later one)",
            "  Fedora            sudo dnf install python3.12",
            "  macOS             brew install python   (or the installer of python.org)",
            "and then: make PYTHON=python3.11 (or the name of the one you installed)",
        ]
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
        import venv  # noqa: F401
    except ImportError:
        name = "python" + ".".join(str(part) for part in sys.version_info[:2])
        return [
            "Python " + version + " is here, but cannot make an environment of its own. To mend that:",
            "  Debian or Ubuntu  sudo apt install python3-venv   (or " + name + "-venv)",
            "  Fedora            sudo dnf install python3-pip",
            "  macOS             brew reinstall python",
        ]
    return []


if __name__ == "__main__":
    LINES = lacks()
    sys.stderr.write("".join(line + "\n" for line in LINES))
    sys.exit(1 if LINES else 0)
