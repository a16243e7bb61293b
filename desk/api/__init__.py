"""The JSON API below /api/v1: other programs look at complaints, move them and hand new ones over, each with a key of its own.

An application of its own below the pages', so that its errors are JSON and the platforms' hooks know nothing of it.
"""

from __future__ import annotations

import orjson
from aiohttp import web

from desk.api import doing, gate, looking, shapes, subscribing
from desk.api.document import BASE, document
from desk.api.operations import Operation
from dispatcher.doors.cloud_events import PREFIX
from store.events import Event

VERSION = "1.0"
WAITING = Operation(
    method="GET", path="/waiting", name="waiting", says="What waits for a person's decision", answer=shapes.Waiting, work=looking.waiting
)
"""The desk's own pages ask it too, whenever they hear that something changed."""
HOOKS = "api:webhooks"
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
    Operation(
        method="GET", path="/webhooks", name="webhooks", says="Who is told of events", own_scope=HOOKS,
        answer=shapes.Webhooks, work=subscribing.several,
    ),
    Operation(
        method="POST", path="/webhooks", name="subscribe", says="A new webhook, with its secret", status=201, refuses=True, own_scope=HOOKS,
        body=shapes.NewWebhook, answer=shapes.WebhookSecret, work=subscribing.add,
    ),
    Operation(
        method="GET", path="/webhooks/{name}", name="webhook", says="One webhook", own_scope=HOOKS,
        answer=shapes.Webhook, work=subscribing.one,
    ),
    Operation(
        method="DELETE", path="/webhooks/{name}", name="unsubscribe", says="Tell it nothing more", own_scope=HOOKS,
        answer=shapes.Webhook, work=subscribing.remove,
    ),
    Operation(
        method="GET", path="/webhooks/{name}/deliveries", name="deliveries", says="Its last events, the newest first", own_scope=HOOKS,
        answer=shapes.Deliveries, work=subscribing.deliveries,
    ),
    Operation(
        method="POST", path="/webhooks/{name}/test", name="test", says="An event that means nothing", status=202, own_scope=HOOKS,
        answer=shapes.Tried, work=subscribing.check,
    ),
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
    whole = document(OPERATIONS, "Satu Pintu", VERSION, {PREFIX + event: shapes.CloudEvent for event in Event})
    return web.Response(body=orjson.dumps(whole), content_type="application/json", headers={"Cache-Control": "public, max-age=300"})
