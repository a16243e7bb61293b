"""From the inbox to a complaint: claim, normalise outside, take in one transaction. Fair over accounts, a citizen's messages in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from connectors.errors import StoreAway
from dispatcher import faults
from dispatcher.crowd import Crowd
from dispatcher.opening import opened
from dispatcher.reading import Readers, Unread
from dispatcher.taking import Taken, Taker
from normalizer.outcome import Normalized
from store import inbox
from store.bell import Bell, heard
from store.blobs import Blobs
from store.database import Database
from store.inbox import Claim

LEASE = timedelta(seconds=120)
BATCH = 32
"""Messages of one account in one turn; then the next account has its turn."""
TRIES = 10
"""A message that was under way this often when the hub died is set apart: it may be what kills it."""
IDLE_SECONDS = 1.0
"""The bell wakes us at once; this is for what another node accepted or a dead one left."""
log = structlog.get_logger()


class Pipeline:
    def __init__(
        self,
        db: Database,
        blobs: Blobs,
        bell: Bell,
        readers: Readers,
        taker: Taker,
        clock: Callable[[], datetime],
        node: str,
        accounts: Sequence[str],
        crowd: Crowd | None = None,
    ) -> None:
        self._db, self._blobs, self._bell, self._readers, self._taker = db, blobs, bell, readers, taker
        self._clock, self._node, self._accounts, self._crowd = clock, node, list(accounts), crowd or Crowd()

    async def run(self) -> None:
        """Until cancelled. Trouble with the store is waited out; nothing is lost by it."""
        with self._bell.listening("inbox") as event:
            while True:
                try:
                    busy = await self.turn()
                except StoreAway as error:
                    log.error("pipeline.store_away", code=str(error))
                    busy = False
                    await asyncio.sleep(IDLE_SECONDS)
                except Exception as error:
                    log.exception("pipeline.fault", code=type(error).__name__)
                    busy = False
                    await asyncio.sleep(IDLE_SECONDS)
                if not busy:
                    await heard(event, IDLE_SECONDS)

    async def turn(self) -> bool:
        """One batch of each account; True when there was anything."""
        room = await self._crowd.room(BATCH)
        waiting = await self._db.read(lambda session: inbox.accounts_waiting(session.connection(), self._accounts))
        claimed = [claims for account in waiting if (claims := await self._claim(account, room))]
        await asyncio.gather(*(self._work(claims) for claims in claimed))
        return bool(claimed)

    async def _claim(self, account: str, limit: int) -> list[Claim]:
        now = self._clock()
        return await self._db.write(
            lambda connection: inbox.claim(connection, node=self._node, account=account, now=now, lease=LEASE, limit=limit, opened=opened)
        )

    async def _work(self, claims: list[Claim]) -> None:
        faults.point("pipeline.before")
        outcomes = await self._readers.normalize([(await self._with_raw(claim)).inbound for claim in claims])
        read = list(zip(claims, outcomes, strict=True))
        read.sort(key=lambda pair: pair[0].conversation)  # stable: within a conversation the order of arrival stays
        talks = [list(pairs) for _, pairs in groupby(read, key=lambda pair: pair[0].conversation)]
        await asyncio.gather(*(self._talk(pairs) for pairs in talks))

    async def _with_raw(self, claim: Claim) -> Claim:
        if claim.raw_sha256 is None:
            return claim
        try:
            raw = await asyncio.to_thread(self._blobs.get, claim.raw_sha256)
        except FileNotFoundError:
            return claim
        return replace(claim, inbound=replace(claim.inbound, raw=raw))

    async def _talk(self, pairs: Sequence[tuple[Claim, Normalized | Unread]]) -> None:
        for claim, outcome in pairs:
            taken = await self._take(claim, Unread("poison") if claim.attempts > TRIES else outcome)
            if not taken.mine:
                log.warning("pipeline.lease_lost", account=claim.account, inbox_id=claim.id)
                return
            self._tell(claim, taken)

    async def _take(self, claim: Claim, outcome: Normalized | Unread) -> Taken:
        now = self._clock()
        faults.point("register.before")
        try:
            taken = await self._db.write(lambda connection: self._taker.take(connection, claim, outcome, now))
        except StoreAway:
            raise
        except Exception as error:  # our own fault, or bytes no engine takes: kept for a person, the next message goes on
            log.exception("pipeline.unregistered", account=claim.account, inbox_id=claim.id, code=type(error).__name__)
            unread = Unread(type(error).__name__)
            taken = await self._db.write(lambda connection: self._taker.take(connection, claim, unread, now))
        faults.point("register.after")
        return taken

    def _tell(self, claim: Claim, taken: Taken) -> None:
        log.info("pipeline.taken", account=claim.account, outcome=taken.outcome, tracking_number=taken.number, inbox_id=claim.id)
        self._bell.ring("outbox")
        self._bell.ring(f"talk:{claim.conversation}")
        self._bell.ring("desk")
