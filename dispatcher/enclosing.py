"""Mails whose words and files are made when they leave: the debt only names the report. What makes them is the desk's, and is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.contract import Reply

DESK = "/desk/laporan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The recap of a month, of one agency or of all. `by`: who asked for it at the desk; None: the clock."""

    month: date
    """Its first day."""
    agency: str | None = None
    by: str | None = None

    def key(self, address: str, again: int = 0) -> str:
        """Of its debt. `again`: makes a further one of the same, told apart by what was the newest then."""
        further = f":{again}" if again else ""
        return f"report:{self.month:%Y-%m}:{self.agency or '*'}:{address.lower()}{further}"

    def kept(self) -> dict[str, Any]:
        return {"month": self.month.isoformat(), "agency": self.agency, "by": self.by}


def of_payload(payload: Mapping[str, Any]) -> Report | None:
    kept = payload.get("report")
    return Report(month=date.fromisoformat(kept["month"]), agency=kept["agency"], by=kept["by"]) if kept else None


Encloses = Callable[[Report, Reply], Awaitable[Reply]]
"""The reply with subject, words and files. Raises NotYet while it makes another one."""
