"""The controls of the ``[audit]`` table: title, dates, groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auditor.app.control import Control
from auditor.audit.drafting.initial import TITLE
from auditor.domain.vocabulary import GROUPS

HEAD: Final = "The audit as a whole"


def audit_controls(table: Mapping[str, Any]) -> Iterator[Control]:
    """Yield the controls of the table as the configuration has it now."""
    title = str(table.get("title", ""))
    yield Control(
        ("audit", "title"), "text", "Title of the review",
        ("It stands at the head of every page and letter.",), value="" if title == TITLE else title,
        open=title == TITLE, group=HEAD,
    )  # fmt: skip
    as_of = table.get("as_of", "")
    yield Control(
        ("audit", "as_of"), "date", "Date that the review bears",
        ("Usually the last day of the data. Days after it count as mistakes in the files.",),
        value=str(as_of), open=as_of == "", group=HEAD,
    )  # fmt: skip
    groups = tuple((group, group) for group in GROUPS if group not in ("unknown", "other"))
    yield Control(
        ("audit", "focal_groups"), "checks", "Groups about whom it asks", (), groups,
        list(table.get("focal_groups", ())), group=HEAD, may_lack=True,
    )  # fmt: skip
    yield Control(
        ("audit", "reference_group"), "select", "Group with which they are compared", (), groups,
        str(table.get("reference_group", "")), group=HEAD,
    )  # fmt: skip
    yield Control(
        ("audit", "data_opened"), "date", "Day on which you first saw the outcomes, if you declare it",
        ("Printed as you declare it.",), value=str(table.get("data_opened", "")), group=HEAD, may_lack=True,
    )  # fmt: skip
