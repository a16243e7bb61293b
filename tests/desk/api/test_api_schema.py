"""Schemathesis, a program that reads the OpenAPI document and tries to break what it describes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp
from api_hub import KEYS, opened


async def test_the_document_keeps_its_word(tmp_path: Path) -> None:
    """Whatever is sent: no 5xx, every answer as the document says, what is against it refused, what agrees with it taken."""
    async with opened(tmp_path) as api:
        number = await api.written("Lampu jalan di Jl. Amir Machmud mati sudah tiga hari")
        document = f"{api.base}/openapi.json"
        async with aiohttp.ClientSession() as http, http.get(document) as answer:
            told = await answer.json()
        assert told["openapi"] == "3.1.0"
        assert "/api/v1/complaints/{number}/moves" in told["paths"]
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(f'[parameters]\n"path.number" = "{number}"\n')
        arguments = [
            "run",
            document,
            "--header",
            f"Authorization: Bearer {KEYS['api']}",
            "--max-examples",
            "5",
            "--no-shrink",
            "--seed",
            "7",
        ]
        arguments += ["--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--no-color"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), *arguments,
            cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode()[-6000:]
        status, stats, _ = await api.call("GET", "/stats")
        assert status == 200
        assert stats["total"] >= 1
