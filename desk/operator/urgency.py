"""The form that says how urgent a complaint is, whatever the hub read out of its words."""

from __future__ import annotations

from aiohttp import web

from desk.context import desk_of
from desk.operator import labels
from desk.operator.access import operator_of
from desk.operator.acting import done
from desk.pages import words
from dispatcher.acts import ActRefused
from normalizer.complaint import Urgency
from store.dossier import Dossier


async def change(request: web.Request) -> web.StreamResponse:
    desk, name, _ = desk_of(request), operator_of(request).name, words(request)

    async def act(case: Dossier, typed: dict[str, str]) -> str:
        if (to := known(typed.get("urgency", ""))) is None:
            raise ActRefused(_("Pilih dulu urgensinya."))
        await desk.acts.urge(case.complaint.id or 0, to, typed.get("reason", "")[:300], operator=name)
        return _("Urgensi sekarang: {urgency}.").format(urgency=_(labels.URGENCIES[to]))

    return await done(request, act)


def known(typed: str) -> Urgency | None:
    return Urgency(typed) if typed in labels.URGENCIES else None
