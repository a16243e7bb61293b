"""What happens by the clock: reminders, the digest, closing, alarms. Each once, also where two nodes look at the same moment."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from test_due_dates import WEDNESDAY, desk_complaint
from test_taking import LAMP, value
from town import Town

from config.settings import Alerts
from connectors.errors import CredentialRefused
from dispatcher.clocks import alarming, closing, reminding
from dispatcher.clocks.alarming import Trouble, decide, is_quiet
from dispatcher.clocks.post import Post
from dispatcher.clocks.timetable import Job
from dispatcher.schedule import scheduler
from normalizer.complaint import State
from normalizer.tracking import printed
from store import notices, operators
from store.alarms import AlarmRow
from store.operators import Role

POST = Post(url="https://lapor.example", account="surel", telegram=("bot", "-100"))


def local(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo("Asia/Jakarta")).astimezone(UTC)


async def people(town: Town) -> None:
    for name, role in (("rina", Role.OPERATOR), ("sari", Role.SUPERVISOR), ("tono", Role.VIEWER)):
        await town.db.write(lambda c, n=name, r=role: operators.add(c, name=n, full_name=n.title(), role=r, now=town.now, token_sha256=n))
        await town.db.write(lambda c, n=name: notices.set_email(c, name=n, email=f"{n}@kota.example"))


async def told(town: Town) -> list[tuple[str, str]]:
    return [(row["kind"], row["level"]) for row in await town.rows("SELECT kind, level FROM notices ORDER BY id")]


async def test_reminded_before_and_after_a_limit(town: Town):
    """In on 23 December, to be verified by the 30th: operators hear of it on the 29th, the supervisor on the 31st; each once."""
    town.now = WEDNESDAY
    await desk_complaint(town)
    for day, expected in ((28, []), (29, ["soon"]), (30, ["soon"]), (31, ["soon", "late"]), (31, ["soon", "late"])):
        town.now = local(2026, 12, day, 9)
        await reminding.remind(town.tools, town.profile)
        assert [kind for kind, _ in await told(town)] == expected
    assert await told(town) == [("soon", "operator"), ("late", "supervisor")]


async def test_one_mail_a_day_in_office_hours_without_a_citizens_words(town: Town):
    """Operators get what comes near, the supervisor what is late too, a viewer nothing; not at night, not on Christmas Day."""
    town.now = WEDNESDAY
    await people(town)
    await desk_complaint(town)
    town.now = local(2026, 12, 29, 6)
    await reminding.digest(town.tools, town.profile, POST)
    assert [row for row in await town.owed() if row["key"].startswith("digest:")] == []
    town.later(hours=3)
    for _ in range(3):
        await reminding.digest(town.tools, town.profile, POST)
    mails = [value(row["payload"]) for row in await town.owed() if row["key"].startswith("digest:")]
    assert sorted(mail["address"] for mail in mails) == ["rina@kota.example", "sari@kota.example"]
    number = printed((await town.complaints())[0]["tracking_number"])
    for mail in mails:
        assert f"https://lapor.example/desk/pengaduan/{number}" in mail["text"]
        assert "Rabu 30 Desember 2026" in mail["text"]
        assert not any(word in mail["text"] + mail["subject"] for word in ("Gatot", "Lampu", "Siti", LAMP))
    town.now = local(2027, 1, 1, 10)
    await reminding.digest(town.tools, town.profile, POST)
    assert len([row for row in await town.owed() if row["key"].startswith("digest:")]) == 2, "New Year is no working day"
    town.now = local(2027, 1, 4, 10)
    await reminding.digest(town.tools, town.profile, POST)
    late = [value(row["payload"])["address"] for row in await town.owed() if row["key"].endswith("2027-01-04")]
    assert late == ["sari@kota.example"]


async def test_closes_after_a_notice_and_ten_working_days(town: Town):
    """Answered on 16 March 2026, before Nyepi and Lebaran: with Good Friday, ten working days end on 7 April; told on the 2nd."""
    town.now = local(2026, 3, 16, 9)
    complaint_id = await desk_complaint(town)
    await town.acts.move(complaint_id, State.ANSWERED, operator="rina", text="Sudah diperbaiki.")
    seen = []
    for day in range(31):
        town.now = local(2026, 3, 16, 10) + timedelta(days=day)
        await closing.close(town.tools, town.profile, town.replies)
        seen.append(((await town.complaints())[0]["state"], len(await town.rows("SELECT id FROM timeline WHERE source = 'clock'"))))
    changes = [16 + day for day in range(1, 31) if seen[day] != seen[day - 1]]
    assert changes == [31 + 2, 31 + 8], "told on 2 April, closed on the morning of the 8th"
    assert seen[-1] == ("closed", 2)
    [complaint] = await town.complaints()
    assert complaint["closed_by"] == "system"
    notice, closed = (value(row["payload"])["text"] for row in (await town.owed())[-2:])
    assert "Selasa 7 April 2026" in notice
    assert "10 hari kerja" in closed


async def test_whoever_wrote_since_the_answer_is_not_closed_upon(town: Town):
    """A person looks at those; and a complaint of another door is that door's to close."""
    town.now = local(2026, 11, 2, 9)
    complaint_id = await desk_complaint(town)
    await town.acts.move(complaint_id, State.ANSWERED, operator="rina", text="Sudah diperbaiki.")
    town.later(minutes=10)
    await town.say("Belum, lampunya masih mati dan sekarang yang sebelahnya juga")
    await town.say("Jalan rusak di Jl. Melati", talk="telegram:bot:8", external_id="8:1")
    for day in range(1, 40):
        town.now = local(2026, 11, 2, 10) + timedelta(days=day)
        await closing.close(town.tools, town.profile, town.replies)
    assert await town.rows("SELECT id FROM timeline WHERE source = 'clock'") == []


async def test_nobody_is_closed_upon_without_notice(town: Town):
    """The hub was off for weeks: first the notice, then two whole working days, then the end."""
    town.now = local(2026, 11, 2, 9)
    complaint_id = await desk_complaint(town)
    await town.acts.move(complaint_id, State.ANSWERED, operator="rina", text="Sudah diperbaiki.")
    states = []
    for day in (7, 8, 9, 10):
        town.now = local(2026, 12, day, 9)
        await closing.close(town.tools, town.profile, town.replies)
        states.append((await town.complaints())[0]["state"])
    assert states == ["answered", "answered", "answered", "closed"]


async def test_two_nodes_do_it_once(town: Town, tmp_path):
    """Two schedulers over one store: only the holder of the lease works, and when it lets go the other one may."""
    other = replace(town.tools, node="node-2")
    done: list[str] = []
    ran = asyncio.Event()

    def jobs(name: str) -> list[Job]:
        async def work() -> None:
            done.append(name)
            ran.set()

        return [Job("uji", 3600, work)]

    schedulers = [
        scheduler(tools, town.profile, town.replies, town.blobs, {}, jobs(name)) for tools, name in ((town.tools, "a"), (other, "b"))
    ]
    bodies = [next(job.func for job in each.get_jobs() if job.name == "uji") for each in schedulers]
    await asyncio.gather(*(body() for body in bodies * 5))
    assert ran.is_set()
    assert len(set(done)) == 1
    assert len(done) == 5
    await (town.tools if done[0] == "a" else other).let_go()
    await bodies[1 if done[0] == "a" else 0]()
    assert len(set(done)) == 2


async def test_the_work_itself_is_done_once_even_without_a_lease(town: Town):
    """Both nodes in the same moment: one notice, one mail, one closing."""
    town.now = local(2026, 11, 2, 9)
    await people(town)
    complaint_id = await desk_complaint(town)
    await desk_complaint(town, "Jalan rusak di Jl. Melati", talk="telegram:bot:8", external_id="8:1")
    await town.acts.move(complaint_id, State.ANSWERED, operator="rina", text="Sudah diperbaiki.")
    for at in (local(2026, 11, 4, 9), local(2026, 11, 12, 9), local(2026, 11, 17, 9)):
        town.now = at
        for work in (
            lambda: reminding.remind(town.tools, town.profile),
            lambda: reminding.digest(town.tools, town.profile, POST),
            lambda: closing.close(town.tools, town.profile, town.replies),
        ):
            await asyncio.gather(work(), work())
    assert await told(town) == [("soon", "operator"), ("late", "supervisor")]
    assert len(await town.rows("SELECT id FROM timeline WHERE source = 'clock'")) == 2
    keys = [row["key"] for row in await town.owed()]
    assert len(keys) == len(set(keys))


async def test_an_alarm_is_told_once_and_so_is_its_end(town: Town):
    """An account that stopped: one mail, one chat message, one notice; the same again when it recovered; nothing in between."""
    wanted = Alerts(emails=("jaga@kota.example",))
    counts = []
    for step in ("ok", "stopped", "stopped", "ok", "ok"):
        town.later(minutes=2)
        await (town.tools.pulses.trouble("bot", CredentialRefused("ditolak")) if step == "stopped" else town.tools.pulses.ok("bot"))
        await alarming.watch(town.tools, town.profile, POST, wanted, ["bot"])
        counts.append(len(await town.rows("SELECT id FROM notices")))
    assert counts == [0, 1, 1, 2, 2]
    assert [row["lane"] for row in await town.owed()] == ["reply:surel", "reply:bot"] * 2
    assert [kind for kind, _ in await told(town)] == ["alarm", "recovered"]


async def test_a_credential_that_ends_is_told_of_before(town: Town):
    """Two weeks ahead, once; a new day in the settings ends it. The account goes on meanwhile."""
    town.now, counts = local(2026, 11, 20, 9), []
    for last in (date(2026, 12, 5), date(2026, 12, 4), date(2026, 12, 4), date(2027, 12, 4)):
        town.later(minutes=2)
        await alarming.watch(town.tools, town.profile, POST, Alerts(), ["bot"], {"bot": last})
        counts.append(len(await town.rows("SELECT id FROM notices")))
    assert counts == [0, 1, 1, 2]
    [alarm, _] = await town.rows("SELECT told FROM notices ORDER BY id")
    assert "bot berlaku sampai 4 Desember 2026" in alarm["told"]


def test_patience_and_quiet_hours() -> None:
    """What passes by itself is never told; at night nothing is; what still stands in the morning is told then."""
    start = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    trouble = {"failing:x": Trouble("alarm_failing", {}, timedelta(minutes=15))}
    first = decide([], trouble, start, quiet=False)
    assert (list(first.begin), list(first.tell)) == (["failing:x"], [])
    row = AlarmRow(name="failing:x", since=start, sentence="")
    assert decide([row], {}, start, quiet=False).forget == [row]
    assert not decide([row], trouble, start + timedelta(minutes=14), quiet=False).tell
    assert not decide([row], trouble, start + timedelta(minutes=20), quiet=True).tell
    assert list(decide([row], trouble, start + timedelta(hours=9), quiet=False).tell) == ["failing:x"]
    told_of = AlarmRow(name="failing:x", since=start, told_at=start, sentence="")
    assert not decide([told_of], trouble, start + timedelta(days=9), quiet=False).tell
    night = Alerts(quiet_from=time(22), quiet_until=time(6))
    zone = ZoneInfo("Asia/Jakarta")
    assert [is_quiet(night, zone, local(2026, 11, 20, hour)) for hour in (21, 22, 3, 6)] == [False, True, True, False]
