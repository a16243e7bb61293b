"""The public Open311 server, GeoReport v2 below /open311/v2: what other systems ask, and where they post. XML and JSON alike.

Open while an account of the channel `open311` is switched on. It shows what everybody may know: state, agency, service and dates;
secret reports and reporters never. What more is shown, and of which complaints, the profile says (`open311`).
"""

from __future__ import annotations

from aiohttp import web

from desk.open311 import catalogue, gate, listing, posting

BASE = "/open311/v2"
_FORMAT = "{format:json|xml}"


def setup(app: web.Application) -> None:
    app[gate.PACE] = gate.Pace()
    for method, path, answer in (
        ("GET", f"/services.{_FORMAT}", catalogue.listed),
        ("GET", f"/services/{{code:[^/]+?}}.{_FORMAT}", catalogue.defined),
        ("GET", f"/requests.{_FORMAT}", listing.several),
        ("POST", f"/requests.{_FORMAT}", posting.post),
        ("GET", f"/requests/{{id:[^/]+?}}.{_FORMAT}", listing.one),
        ("GET", f"/tokens/{{token:[^/]+?}}.{_FORMAT}", posting.redeemed),
        ("GET", f"/discovery.{_FORMAT}", catalogue.discovery),
    ):
        app.router.add_route(method, BASE + path, gate.guarded(answer))
