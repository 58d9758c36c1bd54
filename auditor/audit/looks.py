"""How often the same places will be looked at: declared in the protocol, before the first look.

::

    [looks]
    planned = 4        # four quarterly audits share the error rate equally
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auditor.audit.tables import Table


class Looks(Table):
    """``[looks]`` of the protocol.

    Attributes
    ----------
    planned : int or None
        Number of looks that share the error rate equally, 1 to 100; None when there is no last look: the first then
        has half of it, the second a sixth, look t 1 / (t (t + 1)).
    """

    planned: Annotated[int, Field(ge=1, le=100)] | None = None
