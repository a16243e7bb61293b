"""How debts are paid: retried, paused, given up, or left to a person; over both engines."""

from __future__ import annotations

import pytest
from test_taking import LAMP
from town import Town

from connectors.contract import Attachment
from connectors.errors import CredentialRefused, RecipientGone, Throttled, Unreachable
from normalizer.complaint import State

LOST = Unreachable("jawaban hilang", certain=False)


async def test_what_surely_failed_is_tried_again_later(town: Town):
    """With a back-off, and then it arrives once."""
    town.channel.failures = [Unreachable("mati"), Unreachable("mati")]
    await town.say(LAMP)
    await town.pay()
    [row] = await town.owed()
    assert (row["state"], row["attempts"]) == ("owed", 1)
    assert row["last_error"] == "unreachable: mati"
    for _ in range(2):
        town.later(minutes=1)
        await town.pay()
    [row] = await town.owed()
    assert (row["state"], len(town.channel.sent), row["unsure"]) == ("done", 1, False)


async def test_throttled_eats_no_attempt_and_pauses_the_account(town: Town):
    """Their wait is honoured for the whole lane."""
    town.channel.failures = [Throttled("pelan", wait=30)]
    await town.say(LAMP)
    await town.pay()
    await town.say("Sampah menumpuk di Pasar Antri", talk="telegram:bot:8")
    await town.pay()
    assert not town.channel.sent
    assert [row["attempts"] for row in await town.owed()] == [0, 0]
    town.later(seconds=31)
    await town.pay()
    assert len(town.channel.sent) == 2


async def test_a_refused_credential_stops_the_lane_and_keeps_the_debts(town: Town):
    """Nothing is burnt while the token is wrong."""
    town.channel.failures = [CredentialRefused("token ditolak")]
    await town.say(LAMP)
    await town.pay()
    assert town.reply_lane._stopped
    [row] = await town.owed()
    assert row["state"] == "owed"
    [pulse] = await town.rows("SELECT * FROM pulses")
    assert pulse["stopped"]


async def test_a_recipient_who_is_gone_is_dead_not_repeated(town: Town):
    """It stays visible and can be sent again by hand."""
    town.channel.failures = [RecipientGone("memblokir bot")]
    await town.say(LAMP)
    await town.pay()
    [row] = await town.owed()
    assert row["state"] == "dead"
    await town.acts.redrive_outbox(row["id"], operator="rina")
    await town.pay()
    assert len(town.channel.sent) == 1


async def test_an_acknowledgement_of_unknown_outcome_goes_once_more_only(town: Town):
    """Twice at the most, with the same number, and marked."""
    town.channel.failures, town.channel.taken_before_failing = [LOST, LOST], True
    await town.say(LAMP)
    for _ in range(5):
        await town.pay()
        town.later(hours=1)
    [row] = await town.owed()
    assert (row["state"], row["unsure"], len(town.channel.sent)) == ("uncertain", True, 2)


async def test_any_other_reply_of_unknown_outcome_waits_for_a_person(town: Town):
    """An answer must not reach a citizen twice."""
    await town.say(LAMP)
    await town.pay()
    [complaint] = await town.complaints()
    town.channel.failures, town.channel.taken_before_failing = [LOST], True
    await town.acts.move(complaint["id"], State.VERIFIED, operator="rina")
    for _ in range(3):
        await town.pay()
        town.later(hours=1)
    row = (await town.owed())[1]
    assert (row["state"], len(town.channel.sent)) == ("uncertain", 2)
    await town.acts.settle_uncertain(row["id"], sent=True, operator="rina")
    assert (await town.owed())[1]["state"] == "done"


async def test_what_a_dead_hub_had_under_way_is_known_as_interrupted(town: Town):
    """kill -9 between claim and answer: an acknowledgement goes once more and is marked."""
    await town.say(LAMP)
    await town.rows("SELECT 1")
    town.channel.failures = [RuntimeError("the process dies here")]
    lease = "UPDATE outbox SET leased_by = 'dead', leased_until = due_at"
    await town.db.write(lambda connection: connection.exec_driver_sql(lease))
    town.channel.failures = []
    town.later(minutes=5)
    await town.pay()
    [row] = await town.owed()
    assert (row["state"], row["unsure"], len(town.channel.sent)) == ("done", True, 1)


async def test_a_citizens_replies_leave_in_order(town: Town):
    """The second waits for the first, other citizens do not."""
    town.channel.failures = [Unreachable("mati")]
    await town.say(LAMP)
    town.later(seconds=15)
    await town.say("status")
    await town.say(LAMP, talk="telegram:bot:8", reply_address="8")
    await town.pay()
    assert [reply.address for reply in town.channel.sent] == ["8"]
    town.later(minutes=1)
    await town.pay()
    assert [reply.key.split(":")[0] for reply in town.channel.sent[1:]] == ["ack", "answer"]


async def test_a_lost_answer_of_the_door_is_looked_up_before_anything_is_sent_again(town: Town):
    """Exactly one forward, by key."""
    town.city.failures = [LOST]
    await town.say(LAMP)
    for _ in range(3):
        town.later(minutes=1)
        await town.pay(town.forward_lane)
    [complaint] = await town.complaints()
    assert town.city.taken == [complaint["tracking_number"]]
    assert (town.city.asked, complaint["door_reference"]) == (1, "ref-1")


async def test_a_door_that_cannot_be_asked_leaves_it_to_a_person(town: Town):
    """Rather a question than two cases."""
    town.city.failures, town.city.can_find = [LOST], False
    await town.say(LAMP)
    for _ in range(3):
        town.later(minutes=1)
        await town.pay(town.forward_lane)
    [row] = await town.owed("forward")
    assert (row["state"], len(town.city.taken)) == ("uncertain", 1)


async def test_an_hour_of_outage_costs_nothing_but_time(town: Town):
    """The door comes back and gets each complaint once."""
    town.city.failures = [Unreachable("mati") for _ in range(8)]
    await town.say(LAMP)
    for _ in range(12):
        town.later(minutes=16)
        await town.pay(town.forward_lane)
    assert len(town.city.taken) == 1


async def test_the_forward_carries_what_came_during_settling(town: Town):
    """Burst and files first, then the door."""
    await town.say("Lampu jalan mati")
    town.later(seconds=2)
    await town.say("di Jl. Gatot Subroto RT 03 RW 05")
    await town.pay(town.forward_lane)
    assert not town.city.taken
    town.later(seconds=5)
    await town.pay(town.forward_lane)
    [filing] = town.city.filings
    assert "Lampu jalan mati" in filing.complaint.body
    assert "Gatot Subroto" in filing.complaint.body


async def test_a_file_that_cannot_be_had_never_holds_up_the_complaint(town: Town):
    """Number and forward go; the file is named as missing."""
    town.channel.files = {"ada": b"\xff\xd8\xff\xe0 foto"}
    photos = [Attachment(ref="ada", kind="image"), Attachment(ref="hilang", kind="image")]
    await town.say(LAMP, attachments=photos)
    await town.pay()
    assert len(town.channel.sent) == 1
    await town.pay(town.fetch_lane)
    evidence = await town.rows("SELECT * FROM evidence ORDER BY id")
    assert sorted((row["error"] or "", row["sha256"] is not None) for row in evidence) == [("", True), ("recipient_gone", False)]


@pytest.mark.parametrize("silent", ["batal", "bantuan", "start"])
async def test_commands_are_answered_without_a_complaint(town: Town, silent: str):
    """/start and its like."""
    await town.say(command=silent)
    assert not await town.complaints()
    await town.pay()
    assert len(town.channel.sent) == 1
