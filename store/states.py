"""Which state may follow which. Time only goes forward; closed states can be reopened, because citizens answer."""

from __future__ import annotations

from normalizer.complaint import State

S = State
OPEN = frozenset({S.RECEIVED, S.VERIFIED, S.WAITING, S.ASSIGNED, S.IN_PROGRESS, S.ANSWERED})
CLOSED = frozenset(State) - OPEN
_ENDS = frozenset({S.CLOSED, S.OUT_OF_SCOPE, S.ARCHIVED, S.WITHDRAWN})
_MOVES: dict[State, frozenset[State]] = {
    S.RECEIVED: frozenset({S.VERIFIED, S.WAITING, S.ASSIGNED, S.IN_PROGRESS, S.ANSWERED}) | _ENDS,
    S.VERIFIED: frozenset({S.WAITING, S.ASSIGNED, S.IN_PROGRESS, S.ANSWERED}) | _ENDS,
    S.WAITING: frozenset({S.RECEIVED, S.VERIFIED, S.ASSIGNED, S.IN_PROGRESS, S.ANSWERED}) | _ENDS,
    S.ASSIGNED: frozenset({S.ASSIGNED, S.WAITING, S.IN_PROGRESS, S.ANSWERED}) | _ENDS,
    S.IN_PROGRESS: frozenset({S.ASSIGNED, S.WAITING, S.ANSWERED}) | _ENDS,
    S.ANSWERED: frozenset({S.ANSWERED, S.ASSIGNED, S.WAITING, S.IN_PROGRESS}) | _ENDS,
    S.CLOSED: frozenset({S.IN_PROGRESS, S.ASSIGNED}),
    S.OUT_OF_SCOPE: frozenset({S.VERIFIED, S.ASSIGNED}),
    S.ARCHIVED: frozenset({S.VERIFIED, S.ASSIGNED}),
    S.WITHDRAWN: frozenset(),
}


def allowed(state: State) -> frozenset[State]:
    """The states that may follow."""
    return _MOVES[state]
