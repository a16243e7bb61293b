"""The one web application: public pages, chat, and what the operators open. `run.py` mounts the gateway's hooks onto it."""

from __future__ import annotations

from aiohttp import web

from desk import api, chat, cors, evidence, headers, installing, open311, open_data, pages, probes, public, stream, transparency
from desk.context import DESK, Desk
from desk.figures import SHELF, Shelf
from desk.operator import routes
from desk.proof import Proofs
from desk.visitor import Limits

CLIENT_MAX = 1024 * 1024
"""Bytes of an ordinary form. The chat and the hooks count their own larger bodies."""


def build(desk: Desk) -> web.Application:
    """An application that is ready to run; stopping it ends the event streams."""
    app = web.Application(client_max_size=CLIENT_MAX)
    app[DESK] = desk
    app[chat.LIMITS] = Limits()
    app[SHELF] = Shelf()
    transparency.setup(app)
    app[open_data.COPIES] = open_data.Copies()
    app[chat.PROOFS] = Proofs(desk.secret)
    app[stream.OPEN_STREAMS] = stream.Streams()
    app.on_shutdown.append(app[stream.OPEN_STREAMS].stop)
    headers.setup(app, desk)
    cors.setup(app, desk)
    pages.setup(app)
    open311.setup(app)
    api.setup(app)
    _route(app)
    routes.setup(app, desk)
    return app


def _route(app: web.Application) -> None:
    """Each page by itself is friendly about errors; the platforms' hooks, which come in bursts, need no such wrapping."""
    pages_and_chat = (
        web.get("/", public.home),
        web.post("/kirim", public.submit),
        web.get("/kirim/{id}", public.submitted),
        web.get("/lacak", public.track_form),
        web.get("/lacak/{number}", public.track),
        web.get("/privasi", public.privacy),
        web.get("/transparansi", transparency.show),
        web.get("/transparansi/data-terbuka.csv", open_data.fetch),
        web.get("/manifest.webmanifest", installing.manifest),
        web.get("/sw.js", installing.worker),
        web.get("/luring", installing.offline),
        web.get("/chat/frame", public.frame),
        web.get("/chat/widget.js", public.widget),
        web.options("/chat/{path:.+}", cors.preflight),
        web.post("/chat/messages", chat.post),
        web.post("/chat/forget", chat.leave),
        web.get("/chat/history", stream.history),
        web.get("/chat/events", stream.events),
        web.get("/chat/files/{sha256:[0-9a-f]{64}}", stream.files),
        web.get(evidence.PATH + "/{token}", evidence.fetch),
        web.get("/healthz", probes.healthz),
        web.get("/readyz", probes.readyz),
        web.get("/metrics", probes.metrics),
        web.route("*", "/{path:.*}", public.nowhere),
    )
    for route in pages_and_chat:
        web.RouteDef(route.method, route.path, public.friendly(route.handler), route.kwargs).register(app.router)
