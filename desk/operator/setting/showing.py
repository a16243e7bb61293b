"""The pages of the settings: what is in force, what the file says, who changed what; and the forms that change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import structlog
from aiohttp import web

from config import load
from config.advice import fields_of
from config.overlay import LONGEST, ChangeRefused, fields_fit
from connectors.segments import count
from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.setting import saving
from desk.operator.setting.forms import AREAS, NEW, SENTENCES, key_of, value_of
from desk.operator.view import go, shown
from desk.pages import words
from store import setting_changes

HOME = "/desk/pengaturan"
ALONE = {"hours": "office", "reports": "monthly"}
"""Areas of one key."""
POST_LETTERS = 280
"""Of a public post."""
_SAVED = N_("Tersimpan. Berlaku dalam beberapa detik.")
log = structlog.get_logger()


async def index(request: web.Request) -> web.StreamResponse:
    """What there is to set, and the newest changes with a way back."""
    desk = desk_of(request)
    rows = await desk.db.read(setting_changes.listed)
    state = await saving.known(desk)
    newest = {(row.area, row.key): row.id for row in reversed(rows)}
    slugs = {area: slug for slug, (area, _) in AREAS.items()}
    context = {"rows": rows, "newest": newest, "slugs": slugs, "areas": AREAS, "left_out": sorted(state.refused)}
    return await shown(request, "operator/setting/index.html", context)


async def area(request: web.Request) -> web.StreamResponse:
    slug = _slug(request)
    kind, name = AREAS[slug]
    state = await saving.known(desk_of(request))
    changed = {key for each, key in state.changes if each == kind}
    context: dict[str, Any] = {"state": state, "changed": changed, "slug": slug, "name": name}
    if kind in ALONE:
        return await _one(request, kind, ALONE[kind])
    if kind == "holiday":
        context |= _holidays(request, state)
    if kind == "text":
        context |= {"names": list(_shipped()["id"]), "q": request.query.get("q", "").strip()[:60]}
    return await shown(request, f"operator/setting/{kind}.html", context)


async def one(request: web.Request) -> web.StreamResponse:
    kind, _ = AREAS[_slug(request)]
    return await _one(request, kind, request.match_info["key"])


async def save(request: web.Request) -> web.StreamResponse:
    """Keep, look first, or back to what the file says, as the button says."""
    desk, form, slug, path = desk_of(request), await request.post(), _slug(request), request.match_info["key"]
    kind, _ = AREAS[slug]
    typed = {name: str(value) for name, value in form.items()}
    act, seen = typed.get("act", "save"), typed.get("seen", "0")
    if not seen.isdecimal() or len(seen) > 18 or act not in ("save", "default", "preview"):
        raise web.HTTPBadRequest
    if act == "preview":
        return await _one(request, kind, path, typed=typed)
    try:
        key = key_of(kind, path, typed)
        if path == NEW and kind == "agency" and act == "save" and key in (await saving.known(desk)).profile.agencies:
            raise ChangeRefused("taken")
        value = None if act == "default" else value_of(kind, typed, [str(day) for day in form.getall("days", [])])
        await saving.keep(desk, operator_of(request).name, (kind, key), value, int(seen))
    except ChangeRefused as error:
        return await _one(request, kind, path, typed=typed, refused=_sentence(request, error), stale=error.code == "superseded")
    log.info("desk.setting_changed", operator=operator_of(request).name)
    return await go(request, f"{HOME}/{slug}", words(request)(_SAVED))


async def undo(request: web.Request) -> web.StreamResponse:
    """Puts back what a key held before its newest change."""
    desk = desk_of(request)
    row = await desk.db.read(lambda session: setting_changes.one(session, int(request.match_info["row"])))
    if row is None:
        raise web.HTTPNotFound
    try:
        await saving.put_back(desk, operator_of(request).name, row)
    except ChangeRefused as error:
        return await go(request, HOME, _sentence(request, error), kind="bad")
    return await go(request, HOME, words(request)(_SAVED))


def _slug(request: web.Request) -> str:
    """The area's word in the address: /desk/pengaturan/WORD/…"""
    return request.path.split("/")[3]


def _sentence(request: web.Request, error: ChangeRefused) -> str:
    return words(request)(SENTENCES[error.code]).format(**error.told)


async def _one(
    request: web.Request, kind: str, key: str, *, typed: Mapping[str, str] | None = None, refused: str | None = None, stale: bool = False
) -> web.Response:
    """The form of one key. What was typed stays, except where somebody else was quicker: then the newest stands there."""
    desk = desk_of(request)
    state = await saving.known(desk)
    slug = next(slug for slug, (area, _) in AREAS.items() if area == kind)
    typed = typed if typed is not None and not stale else {}
    context: dict[str, Any] = {
        "state": state,
        "key": key,
        "kind": kind,
        "slug": slug,
        "typed": typed,
        "refused": refused,
        "new": key == NEW,
    }
    if kind == "text":
        context |= _text(request, state, key, typed)
    elif kind == "routing":
        if key not in state.profile.categories:
            raise web.HTTPNotFound
        context |= {"doors": ["desk", *desk.settings.doors]}
    elif kind == "agency" and key != NEW and key not in state.profile.agencies:
        raise web.HTTPNotFound
    elif kind == "holiday":
        context |= _holidays(request, state) | {"typed": typed, "refused": refused}
    page = "holiday" if kind == "holiday" else f"one_{kind}"
    return await shown(request, f"operator/setting/{page}.html", context, status=422 if refused else 200)


def _text(request: web.Request, state: saving.Known, name: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Each language with what is in force, what the file says, and how it reads and what it costs with examples filled in."""
    shipped = _shipped()
    if name not in shipped["id"]:
        raise web.HTTPNotFound
    forms = []
    for language in ("id", "en"):
        key = f"{language}.{name}"
        now = state.profile.texts.get(language, {}).get(name, "")
        text = typed.get("text", now) if typed.get("language") == language else now
        reads = _filled(request, text, shipped["id"][name])
        forms.append(
            {
                "language": language,
                "text": text,
                "file": state.file.texts.get(language, {}).get(name, ""),
                "changed": ("text", key) in state.changes,
                "reads": reads,
                "counted": count(reads),
            }
        )
    return {
        "forms": forms,
        "fields": sorted(fields_of(shipped["id"][name]) | {"city", "office"}),
        "longest": LONGEST["text"],
        "post_letters": POST_LETTERS,
    }


def _filled(request: web.Request, text: str, shipped: str) -> str:
    """With examples in place of the fields; a text that would be refused stays as it is."""
    profile, url = desk_of(request).profile, desk_of(request).public_url
    number = f"{profile.prefix}-1234-567C"
    agency = next(iter(profile.agencies.values())).name
    examples = {"number": number, "link": f"{url}/lacak/{number}", "city": profile.name, "office": profile.office, "agency": agency}
    try:
        fields_fit(text, shipped)
    except ChangeRefused:
        return text
    return text.format(**{field: examples.get(field, "…") for field in fields_of(text)})


def _holidays(request: web.Request, state: saving.Known) -> dict[str, Any]:
    """The days of one year: the national list, and what the office added or took away."""
    from dispatcher.clocks.working import named

    now = desk_of(request).clock().astimezone(state.profile.tz).year
    asked = request.query.get("tahun", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 and asked >= "1990" else now
    national: dict[date, str] = named(year)
    own = {holiday.day: holiday for holiday in state.profile.holidays if holiday.day.year == year}
    days = [{"day": day, "national": national.get(day), "own": own.get(day)} for day in sorted(national.keys() | own.keys())]
    changed = {key for area, key in state.changes if area == "holiday"}
    return {"days": days, "year": year, "slug": "libur", "key": NEW, "changed": changed, "typed": {}, "refused": None}


def _shipped() -> Mapping[str, Mapping[str, str]]:
    return load.read_toml(load.TEXTS)
