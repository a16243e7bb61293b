"""Who may open what. Every route names the role it needs; a route that names none is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp_session import get_session

from desk.operator.sessions import OPERATOR
from store.operators import Operator, Role

AGENCY_HOME = "/desk/opd"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Page:
    """One route below /desk. `role` None: anybody may open it, signed in or not (the sign-in pages)."""

    method: str
    path: str
    role: Role | None
    answer: Answer
    body_limit: int | None = None
    """Bytes of its form, where more than an ordinary form is allowed."""
    agency_too: bool = False
    """Agency accounts, which stand apart from the other roles, may open it as well (signing out, one's own account)."""

    def opens_to(self, role: Role) -> bool:
        """Deny by default: whoever is not meant stays outside."""
        return self.role is not None and (role.includes(self.role) or (self.agency_too and role is Role.AGENCY))


def mount(app: web.Application, pages: Sequence[Page], before: Sequence[Middleware], after: Sequence[Middleware]) -> None:
    """Adds the routes. Each answer stands behind `before`, the guard of its own role, and `after`, in this order.

    Wrapped one by one and not as middlewares of the application, which would make every webhook of the hub pay for them.
    """
    for page in (*pages, Page("*", "/{path:.*}", None, _nowhere)):
        answer: Handler = page.answer
        for layer in reversed((*before, _guard(page), *after)):
            answer = _behind(layer, answer)
        app.router.add_route(page.method, page.path, answer)


def _behind(layer: Middleware, answer: Handler) -> Handler:
    async def wrapped(request: web.Request) -> web.StreamResponse:
        return await layer(request, answer)

    return wrapped


async def _nowhere(request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


def operator_of(request: web.Request) -> Operator:
    """Who is signed in. Only for handlers of routes that need a role."""
    return request[OPERATOR]


def may(request: web.Request, role: Role) -> bool:
    return OPERATOR in request and request[OPERATOR].role.includes(role)


def _guard(page: Page) -> Middleware:
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        await get_session(request)
        if page.role is not None:
            if OPERATOR not in request:
                raise _to_login(request)
            if not page.opens_to(request[OPERATOR].role):
                if page.path == "/" and request[OPERATOR].role is Role.AGENCY:
                    raise web.HTTPSeeOther(AGENCY_HOME)
                raise web.HTTPForbidden
        return await handler(request.clone(client_max_size=page.body_limit) if page.body_limit else request)

    return guard


def _to_login(request: web.Request) -> web.HTTPException:
    """A page asks for sign-in and comes back; a fragment tells htmx to do so; a form is not repeated after sign-in."""
    if "HX-Request" in request.headers:
        return web.HTTPNoContent(headers={"HX-Redirect": "/desk/login"})
    if request.method not in ("GET", "HEAD"):
        return web.HTTPSeeOther("/desk/login")
    return web.HTTPSeeOther(f"/desk/login?next={quote(request.path_qs, safe='')}")
