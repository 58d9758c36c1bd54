"""A small audit of real counties with made counts, for tests of how a run goes rather than of what it finds."""

from pathlib import Path

CONFIG = """[audit]
title = "Counties (SIMULATED)"
as_of = 2012-06-30
seed = 3
exclude = [{exclude}]

[[sources]]
format = "counts"
path = "arrests.csv"
simulated = true
"""


def write_counties(folder: Path, places: int, exclude: tuple[str, ...] = ()) -> Path:
    """Write arrests of the first counties of Alabama, and the configuration; return its path."""
    lines = ["place,period,event,group,n"]
    for j in range(places):
        place = f"{1001 + 2 * j:05d}"
        lines += [f"{place},{year},arrest,hispanic,{40 + 7 * j + year % 7}" for year in (2009, 2010, 2011)]
        lines += [f"{place},{year},arrest,white,{900 + 31 * j}" for year in (2009, 2010, 2011)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "arrests.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = folder / ("excluded.toml" if exclude else "audit.toml")
    config.write_text(CONFIG.format(exclude=", ".join(f'"{place}"' for place in exclude)), encoding="utf-8")
    return config
