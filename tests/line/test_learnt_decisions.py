"""`run.py learn` hears what operators decided, and nothing else."""

from __future__ import annotations

from pathlib import Path

from town import Town

from dispatcher import learning
from normalizer.learning import FEWEST


async def test_what_operators_decided(town: Town, tmp_path: Path):
    """A complaint whose category a person changed is a decision; one that nobody has looked at is none. Few decisions keep the rules."""
    await town.say("neon di tikungan byar pet terus")
    await town.say("sumur bor keruh sekali", talk="telegram:bot:8", reply_address="8", external_id="8:1")
    first, _ = await town.complaints()
    await town.acts.edit(first["id"], operator="rina", category="penerangan_jalan")
    target = tmp_path / "learned.json"
    target.write_text("old")
    compared = await learning.learn(town.db, town.profile, target)
    assert (compared.seen, compared.better, target.exists()) == (1, False, False)


async def test_a_model_that_is_better_is_kept(town: Town, tmp_path: Path):
    """Enough decisions that the rules got wrong: the model is written, and a profile can carry it."""
    for number in range(FEWEST):
        await town.say(f"neon tikungan byar pet tiang {number}", talk=f"telegram:bot:{number}", external_id=f"{number}:1")
    for row in await town.complaints():
        await town.acts.edit(row["id"], operator="rina", category="penerangan_jalan")
    target = tmp_path / "learned.json"
    compared = await learning.learn(town.db, town.profile, target)
    assert compared.better == target.exists()
    assert compared.seen == FEWEST
