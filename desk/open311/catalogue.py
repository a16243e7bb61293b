"""What can be reported, from the profile's categories: services, their definitions, and the server's own discovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from config.profile import Attribute, Category, Profile
from desk.context import desk_of
from desk.open311.answers import Trouble
from desk.open311.gate import told

GENERAL = "umum"
"""The service of complaints without a category, and for senders who find none that fits."""
KEEP = 3600
"""Seconds that others may keep the services: they change when the hub starts with another profile."""


def code_of(profile: Profile, category: str | None) -> str:
    found = profile.categories.get(category) if category else None
    return GENERAL if found is None or category is None else found.open311_code or category


def categories_of(profile: Profile, code: str) -> Sequence[str]:
    """Keys of the categories behind a service code; several may share one."""
    return [key for key in profile.categories if code_of(profile, key) == code]


def service_of(profile: Profile, code: str) -> Category | None:
    """The first category behind a code, which the service is called after."""
    keys = categories_of(profile, code)
    return profile.categories[keys[0]] if keys else None


def name_of(profile: Profile, code: str) -> str:
    found = service_of(profile, code)
    return found.name if found else "Pengaduan umum"


def attributes_of(profile: Profile, code: str) -> Sequence[Attribute]:
    found = service_of(profile, code)
    return found.attributes if found else ()


def known(profile: Profile, code: str) -> bool:
    return code == GENERAL or bool(categories_of(profile, code))


async def listed(request: web.Request) -> web.Response:
    """GET services."""
    profile = desk_of(request).profile
    codes = dict.fromkeys([*(code_of(profile, key) for key in profile.categories), GENERAL])
    return told(request, "services", [_service(profile, code) for code in codes], keep=KEEP)


def _service(profile: Profile, code: str) -> Mapping[str, Any]:
    found = service_of(profile, code)
    topic = profile.categories.get(found.topic or "") if found else None
    return {
        "service_code": code,
        "service_name": name_of(profile, code),
        "description": f"{name_of(profile, code)}, {profile.name}",
        "metadata": bool(attributes_of(profile, code)),
        "type": "realtime",
        "keywords": ",".join(found.words[:10]) if found else "",
        "group": topic.name if topic else "",
    }


async def defined(request: web.Request) -> web.Response:
    """GET services/{code}."""
    profile, code = desk_of(request).profile, request.match_info["code"]
    if not known(profile, code):
        raise Trouble(404, "service_code provided was not found")
    attributes = [_attribute(each, order) for order, each in enumerate(attributes_of(profile, code), 1)]
    return told(request, "service_definition", {"service_code": code, "attributes": attributes}, keep=KEEP)


def _attribute(one: Attribute, order: int) -> Mapping[str, Any]:
    return {
        "variable": True,
        "code": one.code,
        "datatype": one.datatype,
        "required": one.required,
        "datatype_description": one.hint or None,
        "order": order,
        "description": one.question,
        "values": [{"key": key, "name": name} for key, name in one.values.items()],
    }


async def discovery(request: web.Request) -> web.Response:
    """GET discovery."""
    desk = desk_of(request)
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": f"{desk.public_url}/open311/v2",
        "changeset": "2026-11-27 00:00",
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    value = {
        "changeset": "2026-11-27 00:00",
        "contact": f"{desk.profile.office}: {desk.profile.privacy_contact}",
        "key_service": f"Kunci API diberikan oleh {desk.profile.office} ({desk.profile.privacy_contact}).",
        "endpoints": [endpoint],
    }
    return told(request, "discovery", value, keep=KEEP)
