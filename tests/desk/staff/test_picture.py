"""The picture of a period: its figures are those of the store, and its page shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from staging import Browser, Stage

from desk.figures import Period, count
from desk.trend import Point, Trend
from store.operators import Role
from store.tables import TimelineRow

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


async def went(stage: Stage, complaint: int, **steps: float) -> None:
    """State rows, each so many days after MONDAY."""
    for state, days in steps.items():
        row = {"complaint_id": complaint, "at": MONDAY + timedelta(days=days), "kind": "state", "actor": "rina", "source": "desk"}
        await stage.desk.db.write(lambda c, row=row, state=state: c.execute(insert(TimelineRow).values(**row, state=state)))


async def seeded(stage: Stage) -> None:
    """1: quick, answered, rated. 2: verified late and open. 3: waits for its citizen since the first day. 4: of last month."""
    for n, more in enumerate(
        (
            {"state": "answered", "rating": 4, "agency": "dishub", "location": {"region_code": "32.77.02.1003"}},
            {"state": "verified", "channel": "sms"},
            {"state": "waiting"},
            {"registered_at": MONDAY - timedelta(days=7), "state": "closed"},
        ),
        start=1,
    ):
        known: dict[str, Any] = {"registered_at": MONDAY, "state_at": MONDAY, **more}
        await stage.add_complaint(**known)
        await went(stage, n, **{1: {"verified": 1, "in_progress": 2, "answered": 3}, 2: {"verified": 8}, 3: {"waiting": 0.1}, 4: {}}[n])


async def test_the_figures_are_those_of_the_store(stage: Stage) -> None:
    """Each complaint is judged by the office's working days; one that waits for its citizen is not late."""
    await seeded(stage)
    desk, period = stage.desk, Period(date(2026, 11, 1), date(2026, 11, 30))
    figures = await desk.db.read(lambda session: count(session, desk.profile, period, NOW))
    assert (figures.received, figures.resolved, figures.rated, figures.stars) == (3, 1, 1, 4.0)
    assert {row.key: row.received for row in figures.axes["channel"]} == {"telegram": 2, "sms": 1}
    assert {row.key: row.received for row in figures.axes["place"]} == {"32.77.02": 1, "": 2}
    assert [(each.limit, each.kept, each.late, each.running) for each in figures.limits] == [
        ("verify", 1, 1, 1),
        ("first_follow_up", 1, 1, 0),
        ("resolve", 1, 0, 2),
    ]
    assert [each.median_days for each in figures.limits] == [4.5, 2.0, 3.0]
    assert sum(point.number for point in figures.trend.points) == 3


async def test_the_page_shows_them_and_leads_into_the_list(stage: Stage, browser: Browser) -> None:
    """A viewer reads the page; a figure's address is the list with the same complaints; each chart is a picture without a script."""
    await seeded(stage)
    await stage.add_operator("wali", Role.VIEWER)
    await browser.sign_in("wali")
    status, html = await browser.get("/desk/gambaran")
    assert status == 200
    assert "/desk/?dari=2026-11-01&amp;sampai=2026-11-20&amp;channel=sms" in html
    _, listed = await browser.get("/desk/?dari=2026-11-01&sampai=2026-11-20&channel=sms")
    assert listed.count('<li class="line') == 1
    assert 'http-equiv="refresh"' in (await browser.get("/desk/gambaran?layar=1"))[1]
    for chart in ("arus", "channel", "place"):
        status, svg = await browser.get(f"/desk/gambaran/{chart}.svg?masa=bulan-ini")
        assert status == 200
        assert "<svg" in svg
        assert "<script" not in svg
    assert (await browser.get("/desk/gambaran/lain.svg"))[0] == 404


def test_a_spike_is_called_one() -> None:
    """A flood's day stands out; a day of ordinary chance does not."""
    start = date(2026, 11, 1)
    days = [Point(start + timedelta(days=n), 5 + n % 3) for n in range(20)] + [Point(start + timedelta(days=20), 40)]
    trend = Trend.of(days, start, start + timedelta(days=20))
    assert [point.number for point in trend.spikes] == [40]
