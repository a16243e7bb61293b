"""A loopback stand-in of a city's GeoReport v2 server: takes every POST as a new request, deduplicates nothing, journals every call.

Offers the look-ups of the protocol and no more; `/control/...` is the test's remote control and no door knows it. As an outside process
(`python -m demo.open311 --port 0 --journal FILE`) it prints its base URL and outlives the hub; started again on its journal it still has
what it took.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from demo.open311_answers import Chance, definition, told
from demo.open311_taken import Taken, taken_of
from demo.open311_taken import taken_in as taken_in

BASE = "/open311/v2"
PROFILE = Path(__file__).parents[1] / "config" / "cities" / "cimahi.toml"
MOODS = ("ok", "lose", "error", "error_taken", "away", "hang", "hang_taken", "refuse", "throttle", "token", "html")
"""How the next POSTs are answered. `lose`, `error_taken`, `hang_taken`: the request is taken and the sender does not learn it."""
_TAKES = frozenset({"ok", "lose", "error_taken", "hang_taken", "token"})


def services(profile: Path = PROFILE) -> Mapping[str, str]:
    """Service codes with their names: those of a shipped city, and `umum` for everything else."""
    categories = tomllib.loads(profile.read_text()).get("categories", {}).values()
    return {"umum": "Pengaduan umum"} | {one["open311_code"]: one["name"] for one in categories if "open311_code" in one}


class Open311:
    """The city's server. `taken` and `calls` may be read at any time; `doubled` tells which numbers came more than once."""

    def __init__(
        self,
        journal: Path | None = None,
        *,
        api_key: str | None = None,
        jurisdiction_id: str | None = None,
        page: int = 1000,
        codes: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        formats: Sequence[str] = ("json", "xml"),
        attributes: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        chance: Chance | None = None,
    ) -> None:
        """attributes: by service code, as GET services/{code} lists them; the required ones are asked of every POST.
        chance: how calls fail where no mood was set."""
        self.taken: list[Taken] = []
        self.calls: list[Mapping[str, Any]] = []
        self._codes = services() if codes is None else codes
        self._api_key, self._jurisdiction_id, self._page, self._clock = api_key, jurisdiction_id, page, clock
        self._formats, self._attributes, self._chance = formats, attributes or {}, chance
        self._moods: list[str] = []
        self._gone = asyncio.Event()
        self._runner: web.AppRunner | None = None
        for line in journal.read_bytes().splitlines() if journal and journal.exists() else ():
            self._replay(orjson.loads(line))
        self._journal = journal.open("ab") if journal else None

    def mood(self, mood: str, times: int = 1) -> None:
        """The next `times` POSTs end in this way. ValueError for a mood that is none of MOODS."""
        if mood not in MOODS:
            raise ValueError(f"no mood {mood!r}; known: {', '.join(MOODS)}")
        self._moods = [mood] * times

    def counts(self) -> Counter[str]:
        """How often each tracking number was taken."""
        return Counter(one.number or "" for one in self.taken)

    def doubled(self) -> Mapping[str, int]:
        return {number: times for number, times in self.counts().items() if times > 1}

    def decide(self, number: str, status: str, notes: str | None = None) -> bool:
        """The city answers the request of this printed number or reference: open or closed, with its words. False: no such request."""
        found = [index for index, one in enumerate(self.taken) if number in (one.number, one.reference)]
        for index in found:
            self._write({"decided": self.taken[index].reference, "status": status, "notes": notes, "at": self._clock().isoformat()})
        return bool(found)

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listens; the base URL for [doors.NAME]."""
        self._runner = web.AppRunner(self.app(), handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, reuse_address=True).start()
        return f"http://{host}:{self._runner.addresses[0][1]}{BASE}"

    async def stop(self) -> None:
        self._gone.set()
        if self._runner:
            await self._runner.cleanup()
        if self._journal:
            self._journal.close()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**20)
        end = f".{{format:{'|'.join(self._formats)}}}"
        app.router.add_get(f"{BASE}/services{end}", self._services)
        app.router.add_get(f"{BASE}/services/{{code}}{end}", self._definition)
        app.router.add_get(f"{BASE}/requests{end}", self._list)
        app.router.add_get(f"{BASE}/requests/{{reference}}{end}", self._list)
        app.router.add_post(f"{BASE}/requests{end}", self._post)
        app.router.add_get(f"{BASE}/tokens/{{token}}{end}", self._token)
        app.router.add_get("/control/taken", self._control_taken)
        app.router.add_post("/control/mood", self._control_mood)
        app.router.add_post("/control/decide", self._control_decide)
        return app

    async def _services(self, request: web.Request) -> web.Response:
        self._write({"call": "GET services"})
        rows = [
            {"service_code": code, "service_name": name, "metadata": code in self._attributes, "type": "realtime"}
            for code, name in self._codes.items()
        ]
        return told(request.match_info["format"], "services", rows)

    async def _definition(self, request: web.Request) -> web.Response:
        self._write({"call": "GET services/code"})
        code = request.match_info["code"]
        return definition(request.match_info["format"], code, self._attributes.get(code, ()))

    async def _post(self, request: web.Request) -> web.Response:
        fields = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        mood = self._moods.pop(0) if self._moods else self._chance.mood() if self._chance else "ok"
        trouble = self._trouble(request, fields)
        call: dict[str, Any] = {"call": "POST requests", "mood": mood, "fields": {key: fields[key] for key in fields if key != "api_key"}}
        reference = None
        if trouble is None and mood in _TAKES:
            reference = str(200_001 + len(self.taken))
            call |= {"taken": reference, "at": self._clock().isoformat()}
        self._write(call)
        return trouble or await self._answer(request, mood, reference)

    async def _answer(self, request: web.Request, mood: str, reference: str | None) -> web.Response:
        format = request.match_info["format"]
        if mood in ("lose", "away"):
            _hang_up(request)
        if mood in ("hang", "hang_taken"):
            await self._gone.wait()
        if mood == "html":
            return web.Response(text="<html>Selamat datang</html>", content_type="text/html")
        if mood == "throttle":
            return web.Response(status=429, headers={"Retry-After": "1"})
        if mood in ("error", "error_taken"):
            return web.Response(status=500, text="<h1>500</h1>")
        if mood == "refuse":
            return _error(request, 400, "attribute[KODE] was not provided")
        if mood == "token":
            return told(format, "service_requests", [{"token": f"t{reference}", "service_notice": None, "account_id": None}])
        row = {"service_request_id": reference, "service_notice": "Terima kasih.", "account_id": None}
        return told(format, "service_requests", [row], status=201)

    def _trouble(self, request: web.Request, fields: Mapping[str, str]) -> web.Response | None:
        if self._api_key is not None and fields.get("api_key") != self._api_key:
            return _error(request, 403, "api_key was not provided or is not valid")
        if self._jurisdiction_id is not None and fields.get("jurisdiction_id") != self._jurisdiction_id:
            return _error(request, 404, "jurisdiction_id was not found")
        if fields.get("service_code") not in self._codes:
            return _error(request, 400, "service_code was not valid")
        if not (("lat" in fields and "long" in fields) or fields.get("address_string") or fields.get("address_id")):
            return _error(request, 400, "lat/long or address_string was not provided")
        for one in self._attributes.get(fields["service_code"], ()):
            if one.get("required") and not fields.get(f"attribute[{one['code']}]"):
                return _error(request, 400, f"attribute[{one['code']}] was not provided")
        return _error(request, 400, "description is too long") if len(fields.get("description", "")) > 4000 else None

    async def _list(self, request: web.Request) -> web.Response:
        self._write({"call": "GET requests", "fields": dict(request.query)})
        if self._chance and (mood := self._chance.mood()) != "ok":
            return await self._answer(request, mood, None)
        wanted = request.match_info.get("reference") or request.query.get("service_request_id")
        if wanted:
            ids = wanted.split(",")
            return self._told(request, [one for one in self.taken if one.reference in ids])
        now = self._clock()
        end = datetime.fromisoformat(request.query.get("end_date", (now + timedelta(seconds=1)).isoformat()))
        start = datetime.fromisoformat(request.query.get("start_date", (end - timedelta(days=90)).isoformat()))
        if end - start > timedelta(days=90):
            return _error(request, 400, "start_date and end_date span more than 90 days")
        rows = [
            one
            for one in reversed(self.taken)
            if start <= one.requested <= end
            and one.status in request.query.get("status", one.status).split(",")
            and one.service_code in request.query.get("service_code", one.service_code).split(",")
        ]
        return self._told(request, rows[: self._page])

    def _told(self, request: web.Request, rows: Sequence[Taken]) -> web.Response:
        return told(request.match_info["format"], "service_requests", [one.listed() for one in rows])

    async def _token(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        self._write({"call": "GET tokens"})
        row = {"service_request_id": token.removeprefix("t"), "token": token}
        return told(request.match_info["format"], "service_requests", [row])

    async def _control_taken(self, request: web.Request) -> web.Response:
        return _json([one.listed() | {"number": one.number} for one in self.taken])

    async def _control_mood(self, request: web.Request) -> web.Response:
        self.mood(request.query["mood"], int(request.query.get("times", "1")))
        return web.Response(status=204)

    async def _control_decide(self, request: web.Request) -> web.Response:
        query = request.query
        return web.Response(status=204 if self.decide(query["number"], query["status"], query.get("notes")) else 404)

    def _write(self, entry: dict[str, Any]) -> None:
        """On the disk before anything is answered."""
        if self._journal:
            self._journal.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
            self._journal.flush()
            os.fsync(self._journal.fileno())
        self._replay(entry)

    def _replay(self, entry: Mapping[str, Any]) -> None:
        self.calls.append(entry)
        if "taken" in entry:
            self.taken.append(taken_of(entry))
        if "decided" in entry:
            at = datetime.fromisoformat(entry["at"])
            self.taken = [
                replace(one, status=entry["status"], notes=entry["notes"], updated=at) if one.reference == entry["decided"] else one
                for one in self.taken
            ]


def _hang_up(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
    raise ConnectionResetError


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json", charset="utf-8")


def _error(request: web.Request, status: int, description: str) -> web.Response:
    return told(request.match_info["format"], "errors", [{"code": status, "description": description}], status=status)


async def run(options: argparse.Namespace) -> None:
    """Listens until SIGTERM or SIGINT; the first line it prints is its base URL."""
    chance = None if options.faulty is None else Chance(options.faulty)
    city = Open311(options.journal, api_key=options.api_key, chance=chance)
    if options.mood:
        city.mood(options.mood, options.times)
    print(await city.start(options.port), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await city.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.open311", description="A GeoReport v2 server that takes everything.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--journal", type=Path, required=True, help="JSON lines, one a call; kept over restarts")
    parser.add_argument("--api-key", help="asked of every POST")
    parser.add_argument("--faulty", type=int, metavar="SEED", help="fails by chance: two answers of ten lost, two 500, one of twenty hangs")
    parser.add_argument("--mood", choices=MOODS, help="how the first POSTs are answered")
    parser.add_argument("--times", type=int, default=1)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
