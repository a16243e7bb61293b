"""How long something took, asked again and again: at the middle, at the 95th percentile, and in processor time of this process."""

from __future__ import annotations

import resource
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Took(NamedTuple):
    """Milliseconds. `cpu`: of this process, p95; the server of PostgreSQL has its own."""

    p50: float
    p95: float
    cpu: float

    @classmethod
    def of(cls, timed: Sequence[tuple[float, float]]) -> Took:
        walls, cpus = (sorted(column) for column in zip(*timed, strict=True))
        last = min(len(walls) - 1, round(len(walls) * 0.95))
        return cls(walls[len(walls) // 2], walls[last], cpus[last])


@contextmanager
def timing(into: list[tuple[float, float]]) -> Iterator[None]:
    """Adds (wall, processor) of what happens inside."""
    began, spent = time.perf_counter(), time.process_time()
    yield
    into.append(((time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000))


def repeated(ask: Callable[[int], object], rounds: int) -> Took:
    """`ask` is given the number of the round. The first time does not count: a library that is loaded then is no figure."""
    timed: list[tuple[float, float]] = []
    ask(0)
    for n in range(1, rounds + 1):
        with timing(timed):
            ask(n)
    return Took.of(timed)


async def repeated_async(ask: Callable[[int], Awaitable[object]], rounds: int) -> Took:
    timed: list[tuple[float, float]] = []
    await ask(0)
    for n in range(1, rounds + 1):
        with timing(timed):
            await ask(n)
    return Took.of(timed)


def memory() -> float:
    """Resident, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
