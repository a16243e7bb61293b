"""How much the hub takes in, beside a bare handler, in one run on one machine. `make bench`, or `python bench/intake.py --seconds 20`.

Telegram-shaped webhooks over HTTP on loopback, 64 connections, SQLite with synchronous=FULL, the whole line running: normalise, register,
forward to the desk, answer through a stand-in of Telegram. Slices of the bare handler and of the hub alternate, and the hub stands still
(SIGSTOP) during the bare one's, so that what else the machine does falls on both. Figures of two machines, or of two runs, are not to be
compared; the ratio of one run is.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sqlite3
import statistics
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import load
from load import Load
from tree import Tree

SECRET = "bench-rahasia"
IDLE_LIMIT_MB = 150
CONFIG = """
[store]
url = "sqlite:///{folder}/hub.db"
blobs = "{folder}/blobs"

[http]
public_url = "http://127.0.0.1:{port}"

[log]
level = "warning"
"""
BOT = """
[accounts.bot]
channel = "telegram"
mode = "webhook"
api_base = "{sink}"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20, help="of load on the hub, and as many on the bare handler")
    parser.add_argument("--slices", type=int, default=4)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    if not load.wrk():
        print(load.HOW_TO_GET_WRK)
    with tempfile.TemporaryDirectory(prefix="satupintu-bench-") as folder:
        figures = idle(Path(folder) / "idle") | intake(Path(folder) / "load", options.seconds, options.slices)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def idle(folder: Path) -> dict[str, float]:
    """Memory of `serve` with chat only, some seconds after it is ready."""
    hub, _ = start_hub(folder, "")
    time.sleep(5)
    figures = {"idle_rss_mb": hub.rss() / 2**20, "idle_pss_mb": hub.pss() / 2**20}
    hub.end()
    return figures


def intake(folder: Path, seconds: int, slices: int) -> dict[str, float]:
    folder.mkdir()
    sink = Tree("bench/sink.py", log=folder / "sink.log")
    bare = Tree("bench/bare.py", str(folder / "bare.db"), log=folder / "bare.log")
    raw = Tree("bench/bare.py", str(folder / "raw.db"), "--raw", log=folder / "raw.log")
    try:
        hub, url = start_hub(folder, BOT.format(sink=sink.first_line()))
        try:
            return alternate(bare, bare.first_line(), raw.first_line(), hub, f"{url}/hooks/telegram/bot", folder, seconds, slices)
        finally:
            hub.end()
    finally:
        for tree in (bare, raw, sink):
            tree.end()


def alternate(
    bare: Tree, bare_url: str, raw_url: str, hub: Tree, hub_url: str, folder: Path, seconds: int, slices: int
) -> dict[str, float]:
    bare_slices: list[Load] = []
    raw_slices: list[Load] = []
    hub_slices: list[Load] = []
    used = {"main": 0.0, "all": 0.0}
    bare_used = 0.0
    load.fire(hub_url, 1, 1_000_000_000, SECRET)  # warm
    before = counts(folder)
    for nth in range(slices):
        hub.signal(signal.SIGSTOP)
        begun = bare.cpu()
        bare_slices.append(load.fire(bare_url, seconds / slices, 1, SECRET))
        bare_used += bare.cpu()["main"] - begun["main"]
        raw_slices.append(load.fire(raw_url, seconds / slices, 1, SECRET))
        hub.signal(signal.SIGCONT)
        begun = hub.cpu()
        with hub.watched():
            hub_slices.append(load.fire(hub_url, seconds / slices, 2_000_000_000 + nth * 100_000_000, SECRET))
        used = {name: used[name] + ended - begun[name] for name, ended in hub.cpu().items()}
    after = counts(folder)
    alone = line_alone(folder, 5)
    took = sum(one.seconds for one in hub_slices)
    bare_accepted = sum(one.requests - one.failed for one in bare_slices)
    accepted = sum(one.requests - one.failed for one in hub_slices)
    done = {name: after[name] - before[name] for name in after}
    return {
        "raw_per_second": statistics.median(one.rate for one in raw_slices),
        "raw_ratio": statistics.median(ours.rate / theirs.rate for ours, theirs in zip(hub_slices, raw_slices, strict=True)),
        "bare_per_second": statistics.median(one.rate for one in bare_slices),
        "accepted_per_second": statistics.median(one.rate for one in hub_slices),
        "ratio": statistics.median(ours.rate / theirs.rate for ours, theirs in zip(hub_slices, bare_slices, strict=True)),
        "p50_ms": statistics.median(one.p50 for one in hub_slices),
        "p99_ms": max(one.p99 for one in hub_slices),
        "bare_p50_ms": statistics.median(one.p50 for one in bare_slices),
        "bare_p99_ms": max(one.p99 for one in bare_slices),
        "failed": sum(one.failed for one in hub_slices),
        "accepted": accepted,
        "registered_per_second": done["registered"] / took,
        "forwarded_per_second": done["forwarded"] / took,
        "answered_per_second": done["answered"] / took,
        "whole_per_second": done["whole"] / took,
        "whole_per_second_alone": alone,
        "backlog": after["kept"] - after["whole"],
        "cpu_ms_per_message": 1000 * used["all"] / max(accepted, 1),
        "cpu_bare_ms_per_message": 1000 * bare_used / max(bare_accepted, 1),
        "cpu_ratio": bare_used / max(bare_accepted, 1) / (used["main"] / max(accepted, 1)),
        "cpu_main_ms_per_message": 1000 * used["main"] / max(accepted, 1),
        "peak_rss_mb": hub.peak / 2**20,
        "lost": max(0, accepted - done["kept"]),
    }


def line_alone(folder: Path, seconds: float) -> float:
    """Complaints a second through the whole line while nobody knocks, as long as there is a backlog.

    Counted once the first of them may reach the door: forwarding waits for the profile's settle_seconds (5).
    """
    time.sleep(7)
    begun, start = counts(folder), time.monotonic()
    while time.monotonic() - start < seconds and (now := counts(folder))["whole"] < now["kept"]:
        time.sleep(0.5)
    return (counts(folder)["whole"] - begun["whole"]) / (time.monotonic() - start)


def counts(folder: Path) -> dict[str, int]:
    """What the store holds. `whole`: complaints that are registered, forwarded and answered."""
    ask = {
        "kept": "SELECT count(*) FROM inbox",
        "registered": "SELECT count(*) FROM complaints",
        "forwarded": "SELECT count(*) FROM outbox WHERE kind = 'forward' AND state = 'done'",
        "answered": "SELECT count(*) FROM outbox WHERE kind = 'reply' AND state = 'done'",
        "whole": "SELECT count(*) FROM complaints c WHERE forwarded_at IS NOT NULL AND EXISTS "
        "(SELECT 1 FROM outbox o WHERE o.complaint_id = c.id AND o.kind = 'reply' AND o.state = 'done')",
    }
    with sqlite3.connect(f"file:{folder}/hub.db?mode=ro", uri=True, timeout=30) as store:
        return {name: store.execute(query).fetchone()[0] for name, query in ask.items()}


def start_hub(folder: Path, accounts: str) -> tuple[Tree, str]:
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "hub.toml"
    config.write_text(CONFIG.format(folder=folder, port=port) + accounts)
    secrets = {"SATUPINTU__SECRET": "bench-" * 6}
    if accounts:
        secrets |= {"SATUPINTU__ACCOUNTS__BOT__TOKEN": "700001:bench", "SATUPINTU__ACCOUNTS__BOT__SECRET_TOKEN": SECRET}
    hub = Tree("run.py", "serve", "--config", str(config), "--port", str(port), environment=secrets, log=folder / "hub.log")
    hub.drain()
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while not ready(url):
        if not hub.alive or time.monotonic() > deadline:
            hub.end()
            raise SystemExit("the hub did not get ready:\n" + (folder / "hub.log").read_text(errors="replace")[-3000:])
        time.sleep(0.2)
    return hub, url


def ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def show(figures: dict[str, float]) -> None:
    print(SHEET.format(**figures, limit=IDLE_LIMIT_MB))


SHEET = """
bare handler       {bare_per_second:8.0f} a second    p50 {bare_p50_ms:.1f} ms, p99 {bare_p99_ms:.1f} ms
hub accepts        {accepted_per_second:8.0f} a second    p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms
ratio              {ratio:8.2f} of the bare handler with the same group commit (at least 0.50)
                   {raw_ratio:8.2f} of one that commits through sqlite3 itself ({raw_per_second:.0f} a second)
registered         {registered_per_second:8.0f} a second    forwarded {forwarded_per_second:.0f}, answered {answered_per_second:.0f}
all three          {whole_per_second:8.0f} a second under that load, {whole_per_second_alone:.0f} right after it
backlog at the end {backlog:8.0f} messages, of {accepted:.0f} accepted; failed {failed:.0f}, lost {lost:.0f}
CPU per message    {cpu_ms_per_message:8.3f} ms, of it the main process {cpu_main_ms_per_message:.3f} ms
of the bare handler{cpu_bare_ms_per_message:8.3f} ms, {cpu_ratio:.2f} of the main process's (which also works the line)
peak memory        {peak_rss_mb:8.0f} MB, all processes
idle, chat only    {idle_rss_mb:8.0f} MB rss, {idle_pss_mb:.0f} MB pss, all processes (under {limit})"""


if __name__ == "__main__":
    main()
