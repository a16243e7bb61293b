"""Schemathesis, a program that reads the OpenAPI document and tries to break what it describes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp
from api_hub import KEYS, opened

HOOK = {"url": "https://dasbor.example.go.id/kabar", "events": ["reply.sent"]}


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
        await api.call("POST", "/webhooks", "api:webhooks", json={**HOOK, "name": "uji"})
        settings.write_text(
            f'headers = {{ Authorization = "Bearer {KEYS["api"]}" }}\n'
            f'[parameters]\n"path.number" = "{number}"\n"path.name" = "uji"\n'
            '[[operations]]\ninclude-path-regex = "/webhooks"\n'
            f'headers = {{ Authorization = "Bearer {KEYS["api:webhooks"]}" }}\n'
        )
        arguments = [
            "run",
            document,
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
        assert "reply.sent" in str(told["webhooks"])
        tried = await api.town.rows("SELECT action FROM audit WHERE action LIKE 'webhook%'")
        assert {row["action"] for row in tried} == {"webhook_add", "webhook_test", "webhook_delete"}  # the key opened them
        status, stats, _ = await api.call("GET", "/stats")
        assert status == 200
        assert stats["total"] >= 1
