"""Options of the signal hold-time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from auditor.signals.signal import Options


class HoldTimeOptions(Options):
    """Options under ``[signals.hold-time]``.

    Attributes
    ----------
    event : str
        Whose stays are compared; ``"auto"`` takes the event with most of them.
    clock : {"regulation", "plain"}
        Hours of the test: without Saturdays, Sundays and federal holidays as in 8 CFR 287.7(d), or all hours. The other
        stands beside it.
    limit : float
        Hours that a hold may last.
    horizon : float
        Hours for which every stay must have been in sight, above the limit.
    within : {"jail", "place"}
        Strata of the test: the jails (or else agencies) of each place, or none.
    """

    event: Literal["auto", "booking", "arrest", "match", "detainer"] = "auto"
    clock: Literal["regulation", "plain"] = "regulation"
    limit: float = Field(default=48.0, ge=1, le=240)
    horizon: float = Field(default=168.0, ge=24, le=2160)
    within: Literal["jail", "place"] = "jail"

    @model_validator(mode="after")
    def _horizon_beyond(self) -> HoldTimeOptions:
        # Five days more than the limit hold any run of weekend and holidays, so that both clocks have run out.
        if self.horizon < self.limit + 120:
            raise ValueError(f"horizon = {self.horizon:g} must be at least 120 hours more than limit = {self.limit:g}")
        return self
