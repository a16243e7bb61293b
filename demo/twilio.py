"""A loopback stand-in of Twilio: REST API and content network, for tests and `run.py demo`. It records every call, deduplicates nothing.

Offers only what Twilio offers: messages out with status callbacks, the list with pages, files behind a redirect to another host, signed
webhooks, of which each is tried once. Told so (`mood`), it throttles, fails, hangs, or takes a message and cuts the line.
https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from demo.twilio_answers import MOODS, refusal, resource

TEXT_LIMIT = 1600


@dataclass(frozen=True)
class Call:
    """One call as it came: method, path below the account, and its parameters; a name that came twice has a list."""

    method: str
    path: str
    parameters: Mapping[str, Any]


@dataclass
class Twilio:
    """Start it, give its address as `api_base`; citizens `write` to one of our `hooks` (number -> webhook URL)."""

    account_sid: str = "AC" + "0" * 32
    token: str = "token-peragaan"
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    calls: list[Call] = field(default_factory=list)
    hooks: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Message resources, the oldest first."""
    files: dict[str, list[tuple[bytes, str]]] = field(default_factory=dict)
    """Message sid -> its files with their media types."""
    refused: dict[str, int] = field(default_factory=dict)
    """To (bare) -> the error code with which a message there is refused at once."""
    lost: dict[str, int] = field(default_factory=dict)
    """To (bare) -> the error code with which a message there fails later."""
    reports: bool = True
    """Status callbacks go out by themselves; else only by `report`."""
    missing_media: int = 0
    """So many questions for a file are answered 404 first."""
    media_headers: list[Mapping[str, str]] = field(default_factory=list)
    """What arrived at the content network."""
    address: str = ""
    cdn: str = ""
    page_size: int | None = None
    _moods: list[tuple[str, str]] = field(default_factory=list)
    _made: int = 0
    _runners: list[web.AppRunner] = field(default_factory=list)
    _reporting: set[asyncio.Task[None]] = field(default_factory=set)
    _callbacks: dict[str, str] = field(default_factory=dict)

    async def start(self) -> str:
        """Its address; the content network listens under another host name, `localhost`."""
        api, cdn = web.Application(), web.Application()
        root = "/2010-04-01/Accounts/{account}"
        api.router.add_get(root + ".json", self._account)
        api.router.add_get(root + "/IncomingPhoneNumbers.json", self._numbers)
        api.router.add_post(root + "/Messages.json", self._create)
        api.router.add_get(root + "/Messages.json", self._list)
        api.router.add_get(root + "/Messages/{sid}.json", self._fetch)
        api.router.add_get(root + "/Messages/{sid}/Media.json", self._media_list)
        api.router.add_get(root + "/Messages/{sid}/Media/{index}", self._media)
        cdn.router.add_get("/{sid}/{index}", self._content)
        self.address = f"http://127.0.0.1:{await self._listen(api)}"
        self.cdn = f"http://localhost:{await self._listen(cdn)}"
        return self.address

    async def _listen(self, app: web.Application) -> int:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runners.append(runner)
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        for task in self._reporting:
            task.cancel()
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    def mood(self, name: str, times: int = 1, method: str = "") -> None:
        """The next calls (of one HTTP method) meet it: a name of MOODS, `hang`, or `taken` (a message goes out, the answer is lost)."""
        self._moods += [(name, method)] * times

    def _met(self, method: str) -> str | None:
        for nth, (name, only) in enumerate(self._moods):
            if only in ("", method):
                del self._moods[nth]
                return name
        return None

    # What citizens do

    async def write(self, author: str, to: str, words: str, *, hook: bool = True, name: str = "", **more: str) -> int | None:
        """A citizen writes; what our webhook answered. hook=False: the call is lost on its way, and never repeated."""
        sid = more.pop("MessageSid", "") or self._sid("SM")
        count = int(more.get("NumMedia", "0"))
        self.messages.append(
            resource(sid, self.account_sid, author, to, words, "inbound", "received", format_datetime(self.clock()), count)
        )
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account_sid,
            "From": author,
            "To": to,
            "Body": words,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
            **({"ProfileName": name, "WaId": author.removeprefix("whatsapp:+")} if author.startswith("whatsapp:") else {}),
            **more,
        }
        return await self.call(self.hooks[to], form) if hook else None

    async def photograph(self, author: str, to: str, words: str, content: bytes, *, hook: bool = True) -> int | None:
        """A citizen sends a photo."""
        sid = self._sid("MM")
        self.files[sid] = [(content, "image/jpeg")]
        url = f"{self.address}/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media/0"
        more = {"MessageSid": sid, "NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/jpeg"}
        return await self.write(author, to, words, hook=hook, **more)

    async def call(self, url: str, form: Mapping[str, str]) -> int:
        """A signed webhook, once."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": self.sign(url, form)}
        async with aiohttp.ClientSession() as session, session.post(url, data=urlencode(form), headers=headers) as answer:
            return answer.status

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        signed = url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(self.token.encode(), signed.encode(), hashlib.sha1).digest()).decode()

    async def report(self, sid: str, status: str, code: int | None = None) -> int | None:
        """A status callback; what our address answered, None where none was given."""
        url = self._callbacks.get(sid)
        if url is None:
            return None
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "AccountSid": self.account_sid}
        return await self.call(url, form | ({"ErrorCode": str(code)} if code else {}))

    def answers(self, to: str) -> list[str]:
        """What a citizen read, the oldest first; of a template its variables."""
        return [each["body"] for each in self.messages if each["direction"] == "outbound-api" and each["to"] == to]

    # What Twilio answers

    async def _told(self, request: web.Request) -> tuple[Mapping[str, Any], web.Response | None]:
        """The call, written down, and the answer that a bad day or a wrong token brings."""
        pairs = list(request.query.items()) + [(name, str(value)) for name, value in (await request.post()).items()]
        values: dict[str, Any] = {}
        for name, value in pairs:
            values[name] = value if name not in values else [*([values[name]] if isinstance(values[name], str) else values[name]), value]
        self.calls.append(Call(request.method, request.path.partition(request.match_info["account"])[2], values))
        mood = self._met(request.method)
        if mood == "hang":
            await asyncio.sleep(3600)
        if mood == "taken":
            await self._create(request, values)
            assert request.transport is not None
            request.transport.close()
            return values, web.Response()
        if mood is not None and mood in MOODS:
            return values, MOODS[mood]()
        return values, None if self._known(request) else refusal(401, 20003, "Authenticate")

    def _known(self, request: web.Request) -> bool:
        with suppress(ValueError, KeyError):
            auth = aiohttp.BasicAuth.decode(request.headers["Authorization"])
            return (auth.login, auth.password, request.match_info["account"]) == (self.account_sid, self.token, self.account_sid)
        return False

    async def _account(self, request: web.Request) -> web.Response:
        _, refused = await self._told(request)
        return refused or web.json_response({"sid": self.account_sid, "status": "active", "type": "Full"})

    async def _numbers(self, request: web.Request) -> web.Response:
        values, refused = await self._told(request)
        owned = [{"phone_number": number, "sms_url": url} for number, url in self.hooks.items() if number == values.get("PhoneNumber")]
        return refused or web.json_response({"incoming_phone_numbers": owned})

    async def _create(self, request: web.Request, told: Mapping[str, Any] | None = None) -> web.Response:
        values, refused = (told, None) if told is not None else await self._told(request)
        to, body = str(values.get("To", "")), str(values.get("Body", ""))
        code = self.refused.get(to.removeprefix("whatsapp:"))
        if refused is not None:
            return refused
        if code:
            return refusal(400, code, "refused")
        if not to or not (values.get("From") or values.get("MessagingServiceSid")):
            return refusal(400, 21604, "A 'To' phone number is required.")
        if not body and not values.get("ContentSid"):
            return refusal(400, 21602, "Message body is required.")
        if len(body) > TEXT_LIMIT:
            return refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        sid = self._sid("SM")
        text = body or str(values.get("ContentVariables"))
        author = str(values.get("From") or "+10000000000")
        self.messages.append(resource(sid, self.account_sid, author, to, text, "outbound-api", "queued", format_datetime(self.clock()), 0))
        if values.get("StatusCallback"):
            self._callbacks[sid] = str(values["StatusCallback"])
            if self.reports:
                task = asyncio.create_task(self._go(sid, self.lost.get(to.removeprefix("whatsapp:"))))
                self._reporting.add(task)
                task.add_done_callback(self._reporting.discard)
        return web.json_response(self.messages[-1], status=201)

    async def _go(self, sid: str, code: int | None) -> None:
        with suppress(aiohttp.ClientError, OSError):
            for status in ("sent", "undelivered") if code else ("delivered", "sent", "read"):  # in any order, as it happens
                await self.report(sid, status, code if status == "undelivered" else None)

    async def _list(self, request: web.Request) -> web.Response:
        """The newest first, a page at a time."""
        values, refused = await self._told(request)
        if refused is not None:
            return refused
        wanted = [each for each in reversed(self.messages) if values.get("To") in (None, each["to"])]
        size, page = self.page_size or int(values.get("PageSize", 50)), int(values.get("Page", 0))
        shown, left = wanted[page * size : (page + 1) * size], len(wanted) > (page + 1) * size
        query = urlencode({**{name: str(value) for name, value in values.items()}, "Page": str(page + 1)})
        return web.json_response({"messages": shown, "next_page_uri": f"{request.path}?{query}" if left else None, "page": page})

    async def _fetch(self, request: web.Request) -> web.Response:
        _, refused = await self._told(request)
        found = next((each for each in self.messages if each["sid"] == request.match_info["sid"]), None)
        return refused or (web.json_response(found) if found else refusal(404, 20404, "not found"))

    async def _media_list(self, request: web.Request) -> web.Response:
        _, refused = await self._told(request)
        sid = request.match_info["sid"]
        listed = [
            {"content_type": kind, "uri": f"{request.path.removesuffix('.json')}/{index}.json"}
            for index, (_, kind) in enumerate(self._files(sid))
        ]
        return refused or web.json_response({"media_list": listed})

    def _files(self, sid: str) -> Sequence[tuple[bytes, str]]:
        return self.files.get(sid, ())

    async def _media(self, request: web.Request) -> web.Response:
        _, refused = await self._told(request)
        if self.missing_media:
            self.missing_media -= 1
            return refusal(404, 20404, "not yet")
        sid, index = request.match_info["sid"], request.match_info["index"]
        if refused is None and not self._files(sid):
            return refusal(404, 20404, "not found")
        return refused or web.Response(status=307, headers={"Location": f"{self.cdn}/{sid}/{index}?Signature=x"})

    async def _content(self, request: web.Request) -> web.Response:
        """A content network refuses what carries somebody's token."""
        self.media_headers.append(dict(request.headers))
        if "Authorization" in request.headers:
            return web.Response(status=400, text="Only one auth mechanism allowed")
        content, kind = self._files(request.match_info["sid"])[int(request.match_info["index"])]
        return web.Response(body=content, content_type=kind)

    def _sid(self, kind: str) -> str:
        self._made += 1
        return f"{kind}{self._made:032x}"
