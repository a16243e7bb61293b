"""How fast we may write: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this

Some 30 messages a second in all, one a second in a chat, 20 a minute in a group. Once Telegram has said 429, nothing more goes out until
the time that it named is over: asking on makes it longer.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from aiolimiter import AsyncLimiter

from connectors.errors import Throttled

ALL_PER_SECOND = 30
GROUP_PER_MINUTE = 20
CHATS_KEPT = 4096
"""Chats whose last second is remembered; whoever falls out has not been written to for long."""


class Pace:
    """Of one account. `clock`: seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._quiet_until = 0.0
        self._all = AsyncLimiter(ALL_PER_SECOND, 1)
        self._chats: OrderedDict[int, list[AsyncLimiter]] = OrderedDict()

    async def turn(self, chat: int) -> None:
        """Returns when a message may go to this chat. Raises Throttled while Telegram wants quiet."""
        self.check()
        for limiter in (*self._of(chat), self._all):
            await limiter.acquire()
        self.check()

    def check(self) -> None:
        """Raises Throttled while Telegram wants quiet."""
        left = self._quiet_until - self._clock()
        if left > 0:
            raise Throttled(f"Telegram meminta menunggu, {left:.0f} detik lagi.", wait=left)

    def rest(self, seconds: float) -> None:
        """Telegram said 429: quiet for so long."""
        self._quiet_until = max(self._quiet_until, self._clock() + seconds)

    def _of(self, chat: int) -> list[AsyncLimiter]:
        found = self._chats.pop(chat, None) or [AsyncLimiter(1, 1), *([AsyncLimiter(GROUP_PER_MINUTE, 60)] if chat < 0 else [])]
        self._chats[chat] = found
        if len(self._chats) > CHATS_KEPT:
            self._chats.popitem(last=False)
        return found
