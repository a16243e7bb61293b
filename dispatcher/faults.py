"""Fault points: where a test kills the hub with SIGKILL, to prove that nothing is lost or doubled there.

Armed only by the environment, and only where a second variable says that this is a test:
`SATUPINTU_FAULTS_ALLOWED=yes SATUPINTU_FAULT=forward.taken:3` dies at the third pass of that point. Otherwise `point` does nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from itertools import count

POINTS = (
    "accept.before",
    "accept.after",
    "pipeline.before",
    "register.before",
    "register.after",
    "forward.before",
    "forward.taken",
    "reply.before",
    "reply.sent",
    "fetch.before",
    "fetch.after",
    "tell.taken",
)
"""One for each step of the line. `.taken` and `.sent`: the other side has it and we have not stored that yet."""


def armed(environment: Mapping[str, str]) -> Callable[[str], None] | None:
    """What `point` does in this environment; None when nothing is armed. ValueError for a point that does not exist."""
    wanted = environment.get("SATUPINTU_FAULT")
    if not wanted or environment.get("SATUPINTU_FAULTS_ALLOWED") != "yes":
        return None
    name, _, nth = wanted.partition(":")
    if name not in POINTS:
        raise ValueError(f"SATUPINTU_FAULT: no point called {name!r}; known: {', '.join(POINTS)}")
    passes, last = count(1), int(nth or 1)

    def strike(reached: str) -> None:
        if reached == name and next(passes) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


_strike = armed(os.environ)


def point(name: str) -> None:
    """The line passes `name`, one of POINTS. A no-op outside of a test that armed it."""
    if _strike is not None:
        _strike(name)
