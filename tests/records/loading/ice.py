"""Sheets in the shape in which ICE sends them: six rows of titles, then the header, then the rows."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

ARRESTS_2026 = (
    "Apprehension Date", "Apprehension Type", "State", "County", "TOA Current Duty AOR", "Apprehension Final Program",
    "Arresting Agency", "Apprehension Method", "Apprehension Criminality", "Case Status", "Case Category",
    "Departure Country", "Final Order Yes No", "Birth Date", "Birth Year", "Citizenship Country", "Gender",
    "Departed Date", "Final Order Date", "Apprehension Site Landmark", "Operation", "TOA Current Duty Site",
    "Case Criminality", "Case Threat Level", "Anonymized Identifier",
)  # fmt: skip
"""Header of the arrests as released in 2026 (formats.md, B)."""

DETAINERS_2026 = (
    "Detainer Prepare Date", "Facility State", "Facility AOR", "Port of Departure", "Departure Country",
    "Departed Date", "Case Status", "Detainer Prepared Criminality", "Detention Facility", "Detention Facility Code",
    "Facility City", "Detainer Prep Threat Level", "Gender", "Citizenship Country", "Birth Country", "Birth Date",
    "Birth Year", "Entry Status", "Most Serious Conviction (MSC) Charge", "MSC Charge Code", "MSC Charge Date",
    "MSC Conviction Date", "Felon", "Final Order Yes No", "Final Order Date", "Prior Felony Yes No",
    "Multiple Prior MISD Yes No", "Detainer Lift Reason", "Detainer Type", "Unique Identifier",
)  # fmt: skip
"""Columns of the detainers, in Title Case as in the raw sheets; those of fiscal years 2023 and 2024 lack Birth Date."""

TITLES = (
    ("ICE Enforcement and Removal Operations Data, FY2024 - FY2026 YTD",),
    ("Law Enforcement Systems and Analysis",),
    ("Statistical Tracking Unit",),
    (),
    ("Data from the Integrated Decision Support System; FY2026 data through 03/10/2026",),
    (),
)
REDACTED = "(b)(6), (b)(7)(C)"


def sheet(header: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """A raw sheet: titles, header, rows given by name (what is not given is blank)."""
    return [list(line) for line in TITLES] + [list(header)] + [[row.get(name) for name in header] for row in rows]


def xlsx(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of sheets as bytes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
