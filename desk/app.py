"""The one web application: public pages, chat, and what the operators open. `run.py` mounts the gateway's hooks onto it."""

from __future__ import annotations

from importlib.util import find_spec

from aiohttp import web

from desk import headers, pages
from desk.context import DESK, Desk

CLIENT_MAX = 1024 * 1024
"""Bytes of an ordinary form. The chat and the hooks count their own larger bodies."""


def build(desk: Desk) -> web.Application:
    app = web.Application(client_max_size=CLIENT_MAX)
    app[DESK] = desk
    headers.setup(app, desk)
    pages.setup(app)
    if find_spec("desk.operator"):
        from desk.operator import setup as setup_operator

        setup_operator(app, desk)
    return app
