"""Our own door at our own server, in both formats: what one hub forwards, the other takes, and its answer comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import DoorSettings
from dispatcher.doors import registry
from normalizer.complaint import State
from tests.doors.examples import filing, number
from tests.open311.served_hub import opened


@pytest.mark.parametrize("format", ["json", "xml"])
async def test_a_complaint_goes_to_another_hub_and_its_answer_comes_back(tmp_path: Path, format: str) -> None:
    """Submitted, a required attribute answered, found again by our number, a ticket redeemed, closed there, told here."""
    key = number(11)
    async with opened(tmp_path) as there:
        options = {"api_key": there.key, "default_service": "penerangan-jalan", "attributes": {"TIANG": "{number}"}}
        settings = DoorSettings(kind="open311", base=there.base, format=format, **options)
        door = registry.build("kota", settings, there.town.profile, clock=there.town.clock)
        assert (await door.check()).health == "ok"
        receipt = await door.submit(filing(key), key)
        found = None
        while found is None:  # answered with a token when the machine is busy: registered a moment later
            found = await door.find(key, there.town.now - timedelta(minutes=5))
        if receipt.reference.startswith("token:"):
            assert await door.ticket(receipt.reference) == found.reference
        else:
            assert receipt.reference == found.reference
        first = await door.updates(None)
        await there.close(found.reference, "Lampu sudah diganti.")
        news = await door.updates(first.cursor)
        [closed] = [one for one in news.updates if one.state is State.CLOSED]
        assert (closed.reference, closed.tracking_number, closed.public_text) == (found.reference, key, "Lampu sudah diganti.")
        await door.aclose()
