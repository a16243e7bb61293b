"""The city's account on X as a connector: mentions and saved searches within the month's budget, public answers, photos."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from yarl import URL

from connectors.contract import About, Batch, Checked, Cursor, FollowUp, Health, Reply, Sent
from connectors.errors import BudgetSpent, ConnectorError, CredentialRefused, Misconfigured, RecipientGone, Refused, Then, Throttled
from connectors.x import budget, media
from connectors.x.asking import Page, page, parameters, within_reach
from connectors.x.guards import POST_ID, first_id, mapping, post_id, words
from connectors.x.line import Line
from connectors.x.refusals import SaidAlready
from connectors.x.settings import Settings
from connectors.x.wire import MENTION, SEARCH, Own

__all__ = ["ABOUT", "Settings", "XConnector"]

ABOUT = About(
    provider="x",
    channels=("x",),
    title="X (Twitter)",
    text_limit=280,
    follow_up=FollowUp.CONVERSATION,
    repeatable=True,  # X refuses the same text twice, and `send` takes that for success
    source="https://docs.x.com/x-api/posts/creation-of-a-post",
)
LEAST = {MENTION: 5, SEARCH: 10}
"""The smallest page that X gives: https://docs.x.com/x-api/users/get-mentions, https://docs.x.com/x-api/posts/search-recent-posts"""
LOOK_AGAIN = timedelta(minutes=15)
"""A spent budget is said again this often, so that it cannot be overlooked."""
Held = Mapping[str, str | int]
Question = Callable[[Any, dict[str, Any]], Awaitable[Any]]
SKEW = timedelta(minutes=5)
"""How far our clock may be ahead of X's."""
WALK = ("next", "newest", "oldest")
"""Of the cursor: a walk back through pages that is under way."""


class XConnector:
    """A Puller. The cursor holds, flat: `since` (and `since_HASH` of each search), the walk under way, whose turn it is (`step`),
    and the month's count (`month`, `read`, `searched`, beside `budget` and `search_budget` for the desk). One pull is one question."""

    def __init__(self, account: str, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.account, self.settings, self._clock = account, settings, clock
        self._line = Line(account, settings, clock)
        self._own = Own(username=settings.username.lower(), answers=settings.answers)
        self._search_rests: datetime | None = None

    @property
    def about(self) -> About:
        return replace(ABOUT, replies=self.settings.answers)

    async def prepare(self) -> None:
        """Learn our account's id."""
        found = mapping((await self._line.ask(lambda x: x.get_user(username=self.settings.username))).get("data"))
        number = post_id(found.get("id"))
        if number is None:
            raise Misconfigured(f"accounts.{self.account}.username: X tidak mengenal akun @{self.settings.username}.")
        self._own = replace(self._own, id=number)

    async def check(self) -> Checked:
        name = self.settings.username
        try:
            await self.prepare()
            if not self.settings.answers:
                sentence = f"Membaca sebutan @{name}, tetapi tidak dapat membalas: isi keempat kunci penulis (consumer_key …)."
                return Checked(health=Health.WARNING, sentence=sentence)
            writer = words(mapping((await self._line.ask(lambda x: x.get_me(user_auth=True))).get("data")).get("username"))
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        if writer.lower() != name.lower():
            sentence = f"access_token pada accounts.{self.account} milik @{writer}, bukan @{name}; balasan akan keluar atas nama itu."
            return Checked(health=Health.WARNING, sentence=sentence)
        reads = f"{self.settings.monthly_reads:,}".replace(",", ".")
        return Checked(health=Health.OK, sentence=f"Siap sebagai @{name}; jatah baca {reads} kiriman sebulan.")

    async def pull(self, cursor: Cursor) -> Batch:
        """Raises BudgetSpent when the month's (or by now the day's) reads are used up, Throttled, Unreachable ..."""
        if self._own.id is None:
            await self.prepare()
        now, held = self._clock(), cursor or {}
        step = int(held.get("step", 0))
        if step > len(self.settings.queries) or (step and self._resting(now)):
            step = 0
            held = {name: value for name, value in held.items() if name not in WALK}
        if step == 0:
            return await self._mentions(held, now)
        return await self._search(held, step, now)

    async def wakes(self) -> AsyncIterator[None]:
        while True:
            await asyncio.sleep(self.settings.poll_seconds)
            yield

    async def send(self, reply: Reply) -> Sent:
        """A public answer under the post. Text that X has taken already counts as sent: X refuses only what it shows."""
        if not self.settings.answers:
            raise Refused(f"accounts.{self.account} hanya membaca: keempat kunci untuk membalas belum diisi.")
        if not POST_ID.fullmatch(reply.address):
            raise RecipientGone("Alamat balasan bukan kiriman X.")
        try:
            answer = await self._line.ask(lambda x: x.create_tweet(text=reply.text, in_reply_to_tweet_id=reply.address, user_auth=True))
        except SaidAlready:
            return Sent()
        return Sent(message_id=post_id(mapping(answer.get("data")).get("id")))

    async def download(self, ref: str, limit: int) -> bytes:
        """Raises RecipientGone, TooLarge, Unreachable ..."""
        return await media.fetch(self._line.session, ref, limit, hosts=self.settings.media_hosts, own=URL(self.settings.api_base))

    async def aclose(self) -> None:
        await self._line.aclose()

    async def _mentions(self, held: Held, now: datetime) -> Batch:
        """Never read before: the newest page only, so that years of mentions do not eat the first month."""
        used = budget.used(held, now)
        size = self._page_size(MENTION, used.read, self.settings.monthly_reads, now)
        since = post_id(held.get("since"))
        found = await self._asked(held, size, since, MENTION, lambda x, asked: x.get_users_mentions(self._own.id, **asked), now)
        return self._moved(held, found, "since", 0, since is not None, now)

    async def _search(self, held: Held, step: int, now: datetime) -> Batch:
        """A search that fails or has used its share must not hold up the mentions: it rests, and they go on."""
        used, query = budget.used(held, now), self.settings.queries[step - 1]
        name = f"since_{hashlib.sha256(query.encode()).hexdigest()[:8]}"
        since = within_reach(post_id(held.get(name)), now)
        try:
            size = min(
                self._page_size(SEARCH, used.searched, self._search_budget, now),
                self._page_size(SEARCH, used.read, self.settings.monthly_reads, now),
            )
            wanted = f"({query}) -is:retweet"
            found = await self._asked(held, size, since, SEARCH, lambda x, asked: x.search_recent_tweets(wanted, **asked), now)
        except ConnectorError as error:
            self._search_rests = now + (timedelta(seconds=error.wait) if isinstance(error, Throttled) else LOOK_AGAIN)
            if isinstance(error, CredentialRefused):
                raise
            if isinstance(error, Throttled):  # the search rests that long, the mentions do not
                raise type(error)(error.sentence, wait=min(error.wait, float(self.settings.poll_seconds))) from None
            sentence = f"Pencarian ke-{step} pada accounts.{self.account}.queries: {error.sentence}"
            raise ConnectorError(sentence) if error.then is not Then.RETRY else error from None
        return self._moved(held, found, name, step, since is not None, now)

    async def _asked(self, held: Held, size: int, since: str | None, source: str, question: Question, now: datetime) -> Page:
        """One page. A page's token that X no longer knows is replaced by the oldest post that we hold."""
        token, oldest = words(held.get("next")) or None, post_id(held.get("oldest"))
        first = parameters(source, size, since=since, token=token)
        try:
            answer = await self._line.ask(lambda x: question(x, first))
        except Refused:
            if token is None:
                raise
            second = parameters(source, size, since=since, until=oldest)
            answer = await self._line.ask(lambda x: question(x, second))
        return page(answer, source, account=self.account, now=now, own=self._own)

    def _moved(self, held: Held, found: Page, name: str, step: int, walks: bool, now: datetime) -> Batch:
        """The cursor after a page: further back, or on to the next source."""
        used = budget.used(held, now)
        newest = max(filter(None, (post_id(held.get("newest")), found.newest, post_id(held.get(name)))), key=int, default=None)
        cursor: dict[str, str | int] = {key: value for key, value in held.items() if key not in WALK}
        cursor |= {"month": used.month, "read": used.read + found.read, "searched": used.searched + (found.read if step else 0)}
        cursor |= {"budget": self.settings.monthly_reads, "search_budget": self._search_budget}
        if found.token and found.oldest and newest and walks:
            cursor |= {"step": step, "next": found.token, "newest": newest, "oldest": found.oldest}
            return Batch(arrivals=found.arrivals, cursor=cursor, more=True)
        cursor[name] = newest or first_id(now - SKEW)  # also where nothing was found: what comes now is walked back to here
        following = step + 1 if step < len(self.settings.queries) and not self._resting(now) else 0
        return Batch(arrivals=found.arrivals, cursor=cursor | {"step": following}, more=following > 0)

    @property
    def _search_budget(self) -> int:
        return int(self.settings.monthly_reads * self.settings.search_share) if self.settings.queries else 0

    def _resting(self, now: datetime) -> bool:
        return self._search_rests is not None and now < self._search_rests

    def _page_size(self, source: str, read: int, whole: int, now: datetime) -> int:
        left = budget.allowance(whole, now) - read
        if left >= LEAST[source]:
            return min(self.settings.page, left)
        again = budget.until_more(whole, read + LEAST[source] - 1, now)
        wait = min(again - now, LOOK_AGAIN).total_seconds()
        what = "Jatah pencarian X" if source == SEARCH else "Jatah baca X"
        key = f"accounts.{self.account}.{'search_share' if source == SEARCH else 'monthly_reads'}"
        spent = "bulan ini habis" if again.month != now.month else "untuk sementara habis"
        raise BudgetSpent(
            f"{what} {spent} ({read} dari {whole} kiriman). Pembacaan dilanjutkan {again:%d-%m-%Y %H:%M} UTC; naikkan {key} bila perlu.",
            wait=max(wait, 1.0),
        )
