"""The JSON API below /api/v1: other programs look at complaints, move them and hand new ones over, each with a key of its own.

An application of its own below the pages', so that its errors are JSON and the platforms' hooks know nothing of it.
"""

from __future__ import annotations

import orjson
from aiohttp import web

from desk.api import doing, gate, looking, shapes
from desk.api.document import BASE, document
from desk.api.operations import Operation

VERSION = "1.0"
WAITING = Operation(
    method="GET", path="/waiting", name="waiting", says="What waits for a person's decision", answer=shapes.Waiting, work=looking.waiting
)
"""The desk's own pages ask it too, whenever they hear that something changed."""
OPERATIONS = (
    Operation(
        method="GET", path="/complaints", name="complaints", says="Complaints, 30 a page, the newest first",
        query=shapes.Wanted, answer=shapes.Complaints, work=looking.several,
    ),
    Operation(
        method="POST", path="/complaints", name="register", says="A new complaint", status=201, refuses=True,
        body=shapes.NewComplaint, answer=shapes.Registered, work=doing.register,
    ),
    Operation(method="GET", path="/complaints/{number}", name="complaint", says="One complaint", answer=shapes.Complaint, work=looking.one),
    Operation(
        method="GET", path="/complaints/{number}/timeline", name="timeline", says="What happened, the oldest first",
        answer=shapes.Timeline, work=looking.timeline,
    ),
    Operation(
        method="POST", path="/complaints/{number}/moves", name="move", says="A new state; the citizen is told", refuses=True,
        body=shapes.NewMove, answer=shapes.Complaint, work=doing.move,
    ),
    Operation(
        method="POST", path="/complaints/{number}/notes", name="note", says="A note for the operators", refuses=True, status=201,
        body=shapes.NewNote, answer=shapes.Complaint, work=doing.note,
    ),
    Operation(method="GET", path="/agencies", name="agencies", says="The city's agencies", answer=shapes.Agencies, work=looking.agencies),
    Operation(
        method="GET", path="/categories", name="categories", says="The city's categories", answer=shapes.Categories, work=looking.categories
    ),
    Operation(method="GET", path="/stats", name="stats", says="Counts by state", answer=shapes.Stats, work=looking.stats),
    WAITING,
)  # fmt: skip


def setup(app: web.Application) -> None:
    """Mounts the API onto the pages."""
    api = web.Application()
    api[gate.PACE] = gate.Pace()
    for operation in OPERATIONS:
        api.router.add_route(operation.method, operation.path, gate.served(operation))
    api.router.add_route("GET", "/openapi.json", openapi)
    for resource in [one for one in api.router.resources() if isinstance(one, web.Resource)]:
        resource.add_route("*", gate.nowhere(sorted(route.method for route in resource)))
    api.router.add_route("*", "/{path:.*}", gate.nowhere(()))
    app.add_subapp(BASE, api)


async def openapi(request: web.Request) -> web.Response:
    """For everybody: it says what the code says, and nothing of the city."""
    whole = document(OPERATIONS, "Satu Pintu", VERSION)
    return web.Response(body=orjson.dumps(whole), content_type="application/json", headers={"Cache-Control": "public, max-age=300"})
