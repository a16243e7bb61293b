"""Accounts that are called: what their platform says of them is health on the desk; a check loses no refresh token."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from town import Town

from config import load
from connectors.contract import Health
from connectors.telegram.receive import Webhook
from demo.oauth import OAuthMailbox
from demo.telegram import Telegram
from dispatcher import accounts, checking
from store import migrate
from store.credentials import Credentials
from store.database import Database
from tests.channels.telegram.standin import SECRET, settings


async def until(town: Town, beginning: str | None) -> None:
    async with asyncio.timeout(15):
        while True:
            rows = await town.rows("SELECT last_error, last_ok_at FROM pulses WHERE name = 'bot'")
            told = rows[0]["last_error"] if rows else ""
            if told is None if beginning is None else (told or "").startswith(beginning):
                return
            town.later(minutes=2)
            await asyncio.sleep(0.01)


async def test_a_webhook_that_telegram_cannot_call_is_seen_on_the_desk(town: Town):
    """Telegram's last error and what waits there become the account's health, and go away once all is well."""
    telegram = Telegram()
    await telegram.start()
    webhook = Webhook("bot", settings(telegram, mode="webhook", secret_token=SECRET), b"s", "https://127.0.0.1:1")
    await webhook.prepare()
    watching = asyncio.create_task(accounts.watch("bot", webhook, town.tools, every=0.01))
    try:
        await until(town, None)
        telegram.say(7, "Lampu mati")  # nobody listens at that address
        await until(town, "doubtful: Telegram terakhir kali gagal memanggil https://127.0.0.1:1/hooks/telegram/bot")
        checked = await webhook.check()
        assert checked.health is Health.WARNING
        assert "1 pesan menunggu" in checked.sentence
        telegram._updates.clear()
        telegram.hook.last_error = ""
        await until(town, None)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await webhook.aclose()
        await telegram.stop()


async def test_an_old_fault_of_a_webhook_is_history():
    """Telegram goes on telling of its last error long after all is well; a backlog without an error is told, too."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    webhook = Webhook("bot", settings_of(), b"s", "https://hub.example", clock=lambda: now)
    hook = {"url": "https://hub.example/hooks/telegram/bot", "last_error_message": "503", "last_error_date": int(now.timestamp()) - 3600}
    assert webhook._doubt(hook) is None
    assert "503" in (webhook._doubt(hook | {"pending_update_count": 3}) or "")
    assert "503" in (webhook._doubt(hook | {"last_error_date": int(now.timestamp()) - 60}) or "")
    assert "250 pesan menunggu" in (webhook._doubt({"url": hook["url"], "pending_update_count": 250}) or "")
    await webhook.aclose()


def settings_of():
    from connectors.telegram.settings import Settings

    return Settings.model_validate({"token": "1:a", "mode": "webhook"})


@pytest.mark.parametrize("there", [True, False])
async def test_a_check_keeps_the_refresh_token_that_it_was_given(tmp_path: Path, there: bool):
    """`run.py check` gets an access token, so the provider may replace the refresh token: where there is a store it is kept."""
    async with OAuthMailbox() as office:
        options = office.account_settings()
        lines = [f"{key} = {toml(value)}" for key, value in options.items()]
        (tmp_path / "hub.toml").write_text(
            'secret = "rahasia hub yang cukup panjang untuk uji"\n'
            f'[store]\nurl = "sqlite:///{tmp_path}/hub.db"\nblobs = "{tmp_path}/blobs"\n'
            "[accounts.surel]\n" + "\n".join(lines) + "\n"
        )
        url = f"sqlite:///{tmp_path}/hub.db"
        if there:
            db = Database(url)
            await asyncio.to_thread(migrate.upgrade, db.readers)
            await db.aclose()
        found = {name: checked async for name, checked in checking.check(tmp_path / "hub.toml")}
        assert found["akun surel"].health is Health.OK, found["akun surel"].sentence
        assert (tmp_path / "hub.db").exists() is there
        if there:
            db = Database(url)
            secret = load.secret(load.settings(tmp_path / "hub.toml"))
            kept = await Credentials(db, [secret], lambda: datetime.now(UTC)).load("oauth:surel")
            await db.aclose()
            assert kept is not None
            assert office.grants.refresh_token in kept


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    return str(value) if isinstance(value, int) else f'"{value}"'
