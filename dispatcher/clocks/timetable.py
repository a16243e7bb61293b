"""The jobs of the clocks: what runs how often. `dispatcher.schedule` runs each under a lease, at the start and then at its interval."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from config.profile import Profile
from config.settings import Settings
from dispatcher import rolling
from dispatcher.clocks import alarming, closing, mailing, reminding, winding
from dispatcher.clocks.post import Post
from dispatcher.replies import Replies
from dispatcher.workers import Tools
from store import due, rolled

HOUR, TEN_MINUTES, MINUTE = 3600, 600, 60


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]


def jobs(tools: Tools, profile: Profile, replies: Replies, settings: Settings, url: str) -> Sequence[Job]:
    post = post_of(settings, url)
    watched = [name for name, account in settings.accounts.items() if account.enabled]
    return [
        Job("clocks", HOUR, partial(winding.wind_all, tools, profile)),
        Job("reminders", TEN_MINUTES, partial(_where_due, tools, partial(reminding.remind, tools, profile))),
        Job("digest", TEN_MINUTES, partial(_where_due, tools, partial(reminding.digest, tools, profile, post))),
        Job("closing", TEN_MINUTES, partial(_where_due, tools, partial(closing.close, tools, profile, replies))),
        Job("recaps", TEN_MINUTES, partial(mailing.mail_recaps, tools, profile, post)),
        Job("picture", MINUTE, partial(_rolled, tools, profile)),
        Job("alarms", MINUTE, partial(alarming.watch, tools, profile, post, settings.alerts, watched, _until(settings))),
    ]


def _until(settings: Settings) -> Mapping[str, date]:
    configured = {**settings.doors, **settings.accounts}
    return {name: each.credential_until for name, each in configured.items() if each.credential_until is not None}


async def _where_due(tools: Tools, work: Callable[[], Awaitable[None]]) -> None:
    """An idle hub looks at no calendar: the library that knows the holidays of all countries takes 20 MB."""
    if await tools.db.read(due.anything):
        await work()


async def _rolled(tools: Tools, profile: Profile) -> None:
    """Likewise where nobody complained yet."""
    if await tools.db.read(rolled.first):
        await rolling.roll(tools, profile)


def post_of(settings: Settings, url: str) -> Post:
    """By what the hub writes to its own people."""
    alerts = settings.alerts
    by_channel: Mapping[str, list[str]] = {
        channel: [name for name, account in settings.accounts.items() if account.enabled and account.channel == channel]
        for channel in ("email", "telegram")
    }
    first = next(iter(by_channel["email"]), None)
    account = alerts.email_account if alerts.email_account in by_channel["email"] else first
    bot = alerts.telegram_account if alerts.telegram_account in by_channel["telegram"] else next(iter(by_channel["telegram"]), None)
    return Post(url=url, account=account, telegram=(bot, alerts.telegram_chat) if bot and alerts.telegram_chat else None)
