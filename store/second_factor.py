"""The second factor of an operator: the sealed secret of their authenticator app, and the recovery codes beside it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, delete, func, insert, update
from sqlmodel import Session, col, select

from store.people import OperatorRow, RecoveryRow

_operators: Table = OperatorRow.__table__  # type: ignore[attr-defined]
_recovery: Table = RecoveryRow.__table__  # type: ignore[attr-defined]


def fit(connection: Connection, operator_id: int, *, sealed: bytes, step: int, codes_sha256: Sequence[str]) -> None:
    """From now on sign-in asks for it. `step`: the 30-second step of the code that proved it, used up by that."""
    remove(connection, operator_id)
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(second_factor=sealed, second_factor_step=step))
    rows = [{"code_sha256": code, "operator_id": operator_id} for code in codes_sha256]
    connection.execute(insert(_recovery), rows)


def remove(connection: Connection, operator_id: int) -> None:
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(second_factor=None, second_factor_step=0))
    connection.execute(delete(_recovery).where(_recovery.c.operator_id == operator_id))


def spend_step(connection: Connection, operator_id: int, step: int) -> bool:
    """False: a code of this step or a later one was used before."""
    fresh = update(_operators).where(_operators.c.id == operator_id, _operators.c.second_factor_step < step)
    return connection.execute(fresh.values(second_factor_step=step)).rowcount == 1


def spend_code(connection: Connection, operator_id: int, code_sha256: str) -> bool:
    """False: no such recovery code, or it was used before."""
    spent = delete(_recovery).where(_recovery.c.operator_id == operator_id, _recovery.c.code_sha256 == code_sha256)
    return connection.execute(spent).rowcount == 1


def codes_left(session: Session, operator_id: int) -> int:
    return session.exec(select(func.count()).select_from(RecoveryRow).where(col(RecoveryRow.operator_id) == operator_id)).one()
