"""How Twilio's stand-in answers. https://www.twilio.com/docs/usage/twilios-response"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web


def refusal(status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return web.json_response(body, status=status, headers=headers)


def resource(
    sid: str, account_sid: str, author: str, to: str, body: str, direction: str, status: str, at: str, count: int
) -> dict[str, Any]:
    """A message as the API gives it."""
    return {
        "sid": sid,
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": body,
        "date_created": at,
        "date_sent": at if direction == "inbound" else None,
        "date_updated": at,
        "direction": direction,
        "error_code": None,
        "error_message": None,
        "from": author,
        "messaging_service_sid": None,
        "num_media": str(count),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "status": status,
        "to": to,
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}.json",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}/Media.json"},
    }


MOODS: Mapping[str, Callable[[], web.Response]] = {
    "throttled": lambda: refusal(429, 20429, "Too Many Requests", {"Retry-After": "7"}),
    "throttled_no_wait": lambda: refusal(429, 20429, "Too Many Requests"),
    "error_500": lambda: refusal(500, 20500, "Internal Server Error"),
    "unauthorized": lambda: refusal(401, 20003, "Authenticate"),
    "html": lambda: web.Response(text="<html><body>Internet positif</body></html>", content_type="text/html"),
    "broken_utf8": lambda: web.Response(body=b'{"sid": "\xff\xfe', content_type="application/json"),
    "random": lambda: web.Response(body=bytes(range(256)), content_type="application/octet-stream"),
    "empty": lambda: web.Response(body=b""),
}
"""Answers that a bad day brings, by name."""
