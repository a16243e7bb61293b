"""Which state may follow which: the whole table, pair by pair."""

from __future__ import annotations

import pytest

from normalizer.complaint import State
from store.states import allowed

ENDS = "closed out_of_scope archived withdrawn"
TABLE = {
    "received": f"verified waiting assigned in_progress answered {ENDS}",
    "verified": f"waiting assigned in_progress answered {ENDS}",
    "waiting": f"received verified assigned in_progress answered {ENDS}",
    "assigned": f"assigned waiting in_progress answered {ENDS}",
    "in_progress": f"assigned waiting answered {ENDS}",
    "answered": f"answered assigned waiting in_progress {ENDS}",
    "closed": "in_progress assigned",
    "out_of_scope": "verified assigned",
    "archived": "verified assigned",
    "withdrawn": "",
}


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_every_pair_of_states(before: State, after: State):
    """What may follow, and nothing else."""
    assert (after in allowed(before)) is (str(after) in TABLE[str(before)].split())
