"""`run.py learn`: what the operators decided, model and rules compared on what was held back, and the better one kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from config.profile import Profile
from normalizer import learning
from normalizer.learning import Comparison, Decision
from store import decisions
from store.database import Database


async def learn(db: Database, profile: Profile, target: Path) -> Comparison:
    """Writes `target` where the model beats the rules, and takes it away where it does not. A hub reads it when it starts."""
    found = [_decision(row) for row in await db.read(decisions.decided) if row["category"] in profile.categories]
    return await asyncio.to_thread(_keep_the_better, found, target)


def _keep_the_better(found: Sequence[Decision], target: Path) -> Comparison:
    compared = learning.compare(found)
    if compared.better:
        fresh = target.with_suffix(".new")
        fresh.write_text(learning.train(found).model_dump_json(), "utf-8")
        fresh.replace(target)
    else:
        target.unlink(missing_ok=True)
    return compared


def _decision(row: dict[str, object]) -> Decision:
    suggestions = row["suggestions"]
    first = suggestions[0] if isinstance(suggestions, list) and suggestions else {}
    return Decision(str(row["first_words"]), str(row["category"]), first.get("category"))
