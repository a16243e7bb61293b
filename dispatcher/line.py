"""The workers of the line: the pipeline, and a lane for each thing an account or door can owe."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from connectors.contract import Connector
from dispatcher.adding import AddPayer
from dispatcher.breaker import Breaker
from dispatcher.caring import Care
from dispatcher.cleaning import Cleaner
from dispatcher.crowd import Crowd
from dispatcher.doors.contract import Door
from dispatcher.enclosing import Encloses
from dispatcher.links import Links
from dispatcher.paying import FetchPayer, ForwardPayer, ReplyPayer
from dispatcher.pipeline import Pipeline
from dispatcher.reading import Readers
from dispatcher.taking import Taker
from dispatcher.workers import Lane, Payer, Tools
from store.blobs import Blobs
from store.tables import Work


class Line:
    """Accounts that are switched off or failed their check still have their messages read; their replies wait."""

    def __init__(
        self,
        tools: Tools,
        blobs: Blobs,
        readers: Readers,
        taker: Taker,
        connectors: Mapping[str, Connector],
        doors: Mapping[str, Door],
        accounts: Sequence[str],
        crowd: Crowd,
        care: Care,
        links: Links,
        enclose: Encloses | None = None,
    ) -> None:
        self._pipeline = Pipeline(tools.db, blobs, tools.bell, readers, taker, tools.clock, tools.node, accounts, crowd)
        cleaner = Cleaner(tools.db, blobs, readers, tools.clock)
        payers: list[tuple[Work, str, Payer]] = []
        for name, connector in connectors.items():
            payers.append((Work.REPLY, name, ReplyPayer(name, connector, care, enclose)))
            payers.append((Work.FETCH, name, FetchPayer(connector, tools.db, blobs, readers, cleaner)))
        for name, door in doors.items():
            payers.append((Work.FORWARD, name, ForwardPayer(door, tools.db, tools.clock, cleaner, links)))
            payers.append((Work.ADD, name, AddPayer(door, tools.db, tools.clock, cleaner, links)))
        breakers = {name: Breaker(chance=tools.chance) for name in doors}
        guarded = (Work.FORWARD, Work.ADD)  # a channel is paused by its own answers
        self._lanes = [
            Lane(kind, owner, payer, tools, crowd, breakers[owner] if kind in guarded else None) for kind, owner, payer in payers
        ]

    def work(self) -> dict[str, Coroutine[Any, Any, None]]:
        """By name, each to run as a task until it is cancelled."""
        return {"pipeline": self._pipeline.run()} | {lane.name: lane.run() for lane in self._lanes}
