"""Proof of humanity without a third party: nothing for a citizen, work for a flood."""

from __future__ import annotations

import asyncio
import hashlib
from itertools import count

import aiohttp
from chat_hub import Hub

from desk.proof import BITS, SECONDS, Proofs

ADDRESS = "10.0.0.1"


def solved(challenge: str, bits: int = BITS) -> str:
    return next(
        given
        for number in count()
        if int.from_bytes(hashlib.sha256((given := f"{challenge}~{number}").encode()).digest()[:4], "big") >> (32 - bits) == 0
    )


def proofs() -> Proofs:
    salts = count()
    return Proofs(b"s" * 32, lambda: f"salt{next(salts)}")


def test_done_work_is_believed_once_and_for_its_address_only() -> None:
    """Signed, fresh, used once; not the work of another address."""
    here = proofs()
    given = solved(here.challenge(ADDRESS, 1000.0))
    assert not here.good(given, "10.0.0.2", 1001.0)
    assert not here.good(given, ADDRESS, 1001.0 + SECONDS)
    assert here.good(given, ADDRESS, 1001.0)
    assert not here.good(given, ADDRESS, 1002.0)
    assert not Proofs(b"t" * 32).good(given, ADDRESS, 1001.0)


def test_work_that_was_not_done_is_not_believed() -> None:
    """An easier challenge of one's own, no number, nonsense."""
    here = proofs()
    challenge = here.challenge(ADDRESS, 1000.0)
    expires, salt, _, signature = challenge.split(".")
    easy = f"{expires}.{salt}.1.{signature}"
    for given in ("", "~", challenge, solved(easy, 1), "a.b.c.d~1", "é~1", "1.2.3~4", challenge + "~" + "9" * 400):
        assert not here.good(given, ADDRESS, 1001.0), given


async def test_an_address_that_floods_has_to_work_and_a_worker_gets_through(idle_hub: Hub, citizen: aiohttp.ClientSession) -> None:
    """Sixty messages a minute from one address are free; the next brings a challenge; with its answer the message is taken, once."""
    url = f"{idle_hub.url}/chat/messages"

    async def say(number: int, **headers: str) -> aiohttp.ClientResponse:
        who = f"{number % 10}" * 30
        return await citizen.post(url, json={"id": f"a{number}", "text": "Lampu mati"}, headers={"X-Chat-Session": who, **headers})

    answers = await asyncio.gather(*(say(number) for number in range(60)))
    assert {answer.status for answer in answers} == {200}
    refused = await say(60)
    assert (refused.status, refused.headers["Retry-After"].isdigit()) == (429, True)
    told = await refused.json()
    assert told["error"] == "proof"
    proof = solved(told["challenge"])
    assert (await say(60, **{"X-Chat-Proof": proof})).status == 200
    assert (await say(61, **{"X-Chat-Proof": proof})).status == 429


async def test_calm_citizens_never_see_it(idle_hub: Hub, citizen: aiohttp.ClientSession) -> None:
    answer = await citizen.post(f"{idle_hub.url}/chat/messages", json={"id": "a1", "text": "Lampu mati"})
    assert answer.status == 200
