"""Every module that declares tables: importing this one fills METADATA. A new one is added here, and nowhere else."""

from __future__ import annotations

from sqlmodel import SQLModel

from store import (  # noqa: F401 - that they are imported is what counts
    alarms,
    blocks,
    bulk,
    cleanings,
    credentials,
    deliveries,
    expenses,
    matters,
    notices,
    people,
    presences,
    rolled,
    setting_changes,
    subscribers,
    tables,
    undone,
    worklist,
)

METADATA = SQLModel.metadata
