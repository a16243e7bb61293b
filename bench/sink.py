"""Stands in for Telegram's Bot API in the bench: says yes to every method and counts nothing, so that it costs the machine little."""

from __future__ import annotations

import asyncio
from itertools import count

from aiohttp import web

numbers = count(1)


async def say_yes(request: web.Request) -> web.Response:
    await request.read()
    method = request.path.rsplit("/", 1)[-1].lower()
    if method == "getme":
        result: object = {"id": 700001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
    elif method == "getwebhookinfo":
        result = {"url": "http://127.0.0.1/", "has_custom_certificate": False, "pending_update_count": 0}
    elif method == "sendmessage":
        result = {"message_id": next(numbers), "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
    else:
        result = True
    return web.json_response({"ok": True, "result": result})


async def run() -> None:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", say_yes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run())
