"""Telegram-shaped webhooks over 64 connections: by wrk where it is installed, else by our own process.

Own load costs more of the machine than wrk's, so figures of the two are not to be compared; a ratio within one run is.
`python bench/load.py URL SECONDS FIRST_ID SECRET` is that own process.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 64
HERE = Path(__file__).parent
HOW_TO_GET_WRK = "wrk is not installed, so the load comes from a Python process of ours (apt-get install wrk for the lighter one)."


@dataclass(frozen=True)
class Load:
    """What one slice of load saw. p50 and p99 in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int

    @property
    def rate(self) -> float:
        return (self.requests - self.failed) / self.seconds


def wrk() -> str | None:
    return shutil.which("wrk")


def fire(url: str, seconds: float, first_id: int, secret: str) -> Load:
    """One slice of load; blocks until it is over. Ids start at `first_id`, each used once."""
    program = wrk()
    if program:
        script = str(HERE / "webhooks.lua")
        command = [
            program,
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{round(seconds)}s",
            "--timeout",
            "20s",
            "-s",
            script,
            url,
            "--",
            str(first_id),
            secret,
        ]
    else:
        command = [sys.executable, str(HERE / "load.py"), url, str(seconds), str(first_id), secret]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Load(**json.loads(out.rpartition("RESULT ")[2]))


def message(number: int) -> bytes:
    """One update, about 1 kB, as webhooks.lua makes it."""
    text = (
        "Assalamualaikum min, izin lapor. Lampu jalan di Jl. Gandawijaya depan pasar RT 03 RW 05 Kelurahan Setiamanah sudah mati "
        f"sejak tiga hari yang lalu (laporan {number}). Kalau malam gelap sekali dan rawan kecelakaan, kemarin ada motor yang hampir "
        "jatuh. Mohon segera diperbaiki, terima kasih."
    )
    person = {"id": number, "first_name": "Warga", "last_name": "Cimahi", "username": f"warga{number}"}
    body = {
        "message_id": number,
        "from": person | {"is_bot": False, "language_code": "id"},
        "chat": person | {"type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    return json.dumps({"update_id": number, "message": body}).encode()


async def _own(url: str, seconds: float, first_id: int, secret: str) -> Load:
    import aiohttp

    took: list[float] = []
    failed, number, began = 0, first_id, time.perf_counter()
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal failed, number
        while time.perf_counter() - began < seconds:
            number += 1
            start = time.perf_counter()
            try:
                async with session.post(url, data=message(number), headers=headers) as answer:
                    failed += answer.status >= 300
            except aiohttp.ClientError:
                failed += 1
            took.append(time.perf_counter() - start)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        await asyncio.gather(*(one(session) for _ in range(CONNECTIONS)))
    took.sort()
    return Load(len(took), time.perf_counter() - began, 1000 * took[len(took) // 2], 1000 * took[len(took) * 99 // 100], failed)


if __name__ == "__main__":
    seen = asyncio.run(_own(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
    print("RESULT " + json.dumps(seen.__dict__))
