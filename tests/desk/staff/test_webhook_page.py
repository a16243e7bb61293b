"""Webhooks at the desk: registered, tried, paused, given a new secret and removed, with what became of each event; told in the trail."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlmodel import select
from staging import Browser, Stage, staged

from config.settings import Api
from desk.api import told
from desk.context import DESK
from dispatcher.pulses import Pulses
from dispatcher.workers import Tools
from normalizer.complaint import State
from store.operators import Role
from store.people import AuditRow
from tests.line.hearing import Ear

FORM = {"name": "dasbor", "url": "", "events": "complaint.moved", "agency": ""}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """One that may call this machine."""
    async with staged(tmp_path) as running:
        settings = running.desk.settings.model_copy(update={"api": Api(webhook_networks=(ip_network("127.0.0.0/8"),))})
        running.desk = running.server.app._state[DESK] = replace(running.desk, settings=settings)
        yield running


@pytest.fixture
async def ear(stage: Stage) -> AsyncIterator[Ear]:
    ear = Ear(stage.clock)
    await ear.start()
    yield ear
    await ear.stop()


async def told_all(stage: Stage) -> None:
    """Everything that is owed to the dashboard, once."""
    desk = stage.desk
    tools = Tools(db=desk.db, bell=desk.bell, pulses=Pulses(desk.db, desk.clock), clock=desk.clock, chance=lambda: 0.5, node="n")
    ways = told.tellers(desk, tools)
    lane = ways.lane("dasbor")
    await lane.turn()
    for task in list(lane._running):
        await task
    await ways._caller.aclose()


def secret_in(page: str) -> str:
    found = re.search(r'<code class="link">(whsec_[^<]+)</code>', page)
    assert found
    return html.unescape(found[1])


async def test_a_webhook_from_its_registration_to_its_end(stage: Stage, browser: Browser, ear: Ear) -> None:
    """The page's secret believes the hub's calls and is shown once; the log says what became of each event; buttons do what they say."""
    number = await stage.add_complaint()
    await stage.add_operator("ani", Role.ADMIN)
    await browser.sign_in("ani")
    status, page = await browser.post("/desk/webhook", FORM | {"url": "https://10.0.0.1/"})
    assert status == 422
    assert "webhook_networks" in page
    assert 'value="dasbor"' in page
    status, page = await browser.post("/desk/webhook", FORM | {"url": ear.url})
    assert status == 200
    ear.secret = secret_in(page)
    assert ear.secret not in (await browser.get("/desk/webhook/1"))[1]

    async def act(what: str, **more: str) -> str:
        _, page = await browser.post("/desk/webhook/1", {"act": what, **more}, page="/desk/webhook/1")
        return page

    await act("test")
    await stage.desk.acts.move(1, State.VERIFIED, operator="ani")
    await told_all(stage)
    assert ear.kinds == ["check", "complaint.moved"]
    _, page = await browser.get("/desk/webhook/1")
    assert page.count("HTTP 204") == 2
    assert number in page
    ear.status = 500
    await act("again", debt="2")
    await told_all(stage)
    assert "HTTP 500." in (await browser.get("/desk/webhook/1"))[1]
    assert "Gagal sejak" in (await browser.get("/desk/webhook"))[1]
    assert "Lanjutkan" in await act("pause")
    assert "tell:dasbor" not in (await browser.get("/desk/kesehatan"))[1]
    assert "Jeda" in await act("resume")
    ear.status = 200
    await told_all(stage)
    assert [key for key, _ in ear.heard][1:] == [ear.heard[1][0]] * 2
    ear.secret = secret_in(await act("rotate"))
    await act("test")
    await told_all(stage)
    assert ear.kinds[-1] == "check"
    assert "Webhook dasbor dihapus." in await act("delete")
    assert (await browser.get("/desk/webhook/1"))[0] == 404
    deeds = [one.action for one in await stage.read(select(AuditRow).where(AuditRow.action.startswith("webhook")).order_by(AuditRow.id))]
    wanted = ("add", "test", "again", "pause", "resume", "secret", "test", "delete")
    assert deeds == [f"webhook_{one}" for one in wanted]


async def test_a_form_that_nobody_sends(stage: Stage, browser: Browser) -> None:
    """An act or an agency that the page does not offer is refused."""
    await stage.add_operator("ani", Role.ADMIN)
    await browser.sign_in("ani")
    assert (await browser.post("/desk/webhook", FORM | {"url": "https://a.example/", "agency": "tiada"}))[0] == 400
    await browser.post("/desk/webhook", FORM | {"url": "https://a.example/"})
    for odd in ({"act": "segala"}, {"act": "again", "debt": "x"}):
        assert (await browser.post("/desk/webhook/1", odd, page="/desk/webhook/1"))[0] == 400
    assert "sedang dikirim" in (await browser.post("/desk/webhook/1", {"act": "again", "debt": "9"}, page="/desk/webhook/1"))[1]
