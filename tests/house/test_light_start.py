"""A hub with chat only carries no library that only some office needs: idle it stays under 150 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    *("aio_pika", "aiohttp_pydantic", "fpdf", "holidays", "openpyxl", "playwright", "pygal", "telegram", "tweepy", "twilio", "xlsxwriter"),
    *("imapclient", "aiosmtplib", "numpy", "PIL"),
}
START = """
import asyncio, json, sys
from pathlib import Path
import run
from config.settings import Http, Settings, Store

async def look() -> None:
    folder = Path(sys.argv[1])
    settings = Settings(store=Store(url=f"sqlite:///{folder}/hub.db", blobs=folder / "blobs"), http=Http(port=0))
    async with run.running(settings):
        print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))

asyncio.run(look())
"""


def loaded(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.timeout(150)
def test_a_running_hub_with_defaults_loads_nothing_heavy(tmp_path: Path) -> None:
    """Each is imported where it is used, when it is used: inside a function, or in a module that only its own account or page imports."""
    names = loaded(START, str(tmp_path))
    assert {"run", "desk", "aiohttp"} <= names
    assert not names & HEAVY
