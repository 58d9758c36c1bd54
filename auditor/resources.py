"""Where the package's own files are.

``templates`` and ``configs`` stand at the top of a checkout and travel inside a wheel as ``auditor/_templates`` and
``auditor/_configs``; ``data`` is always inside the package.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder ``data``, ``templates`` or ``configs``.

    Parameters
    ----------
    name : {"data", "templates", "configs"}
        Which folder.

    Returns
    -------
    pathlib.Path
        The folder inside the installed package if it is there, else the one of the checkout.

    Raises
    ------
    FileNotFoundError
        When neither exists: the installation is incomplete.
    """
    candidates = (_PACKAGE / name, _PACKAGE / f"_{name}", _PACKAGE.parent / name)
    for path in candidates:
        if path.is_dir():
            return path
    raise FileNotFoundError(f"the installation of auditor is incomplete: its folder {name!r} is missing")
