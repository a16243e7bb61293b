"""The jobs of the clocks: what runs how often. `dispatcher.schedule` runs each under a lease, at the start and then at its interval."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from config.profile import Profile
from dispatcher.clocks import winding
from dispatcher.replies import Replies
from dispatcher.workers import Tools

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]


def jobs(tools: Tools, profile: Profile, replies: Replies) -> Sequence[Job]:
    return [Job("clocks", HOUR, partial(winding.wind_all, tools, profile))]
