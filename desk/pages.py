"""Pages: Jinja templates in two languages, and the files they load.

Indonesian is written in the templates; `desk/locale/<language>/*.po` hold the other languages. Each language has its own Jinja environment,
so that rendering carries no state of a request. The switch is `?lang=en` (kept in a cookie); without either it is Indonesian.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from desk.assets import Assets
from desk.context import desk_of

HERE = Path(__file__).parent
LOCALE = HERE / "locale"
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
LANGUAGE_COOKIE = "lang"
_YEAR = 365 * 24 * 3600
ASSETS = web.AppKey("assets", Assets)
_ENVIRONMENTS = {language: web.AppKey(f"jinja_{language}", jinja2.Environment) for language in LANGUAGES}


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> NullTranslations:
    """All catalogues of one language in one; the source language has none."""
    merged = Translations()
    for path in sorted((LOCALE / language).glob("*.po")):
        compiled = io.BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        merged.merge(Translations(compiled))
    return merged


def language_of(request: web.Request) -> str:
    """What the page is written in: the query's wish, else the cookie's, else Indonesian."""
    for wish in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    return "id"


def words(request: web.Request) -> Callable[[str], str]:
    """gettext in the language of the request, for sentences that Python makes."""
    return translations(language_of(request)).gettext


def render(request: web.Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> web.Response:
    """A page in the language of the request. Templates also see `profile`, `request`, `language`, `languages` and `static`."""
    desk = desk_of(request)
    language = language_of(request)
    given = {"profile": desk.profile, "request": request, "language": language, "languages": LANGUAGES, **(context or {})}
    response = aiohttp_jinja2.render_template(template, request, given, app_key=_ENVIRONMENTS[language], status=status)
    response.headers.setdefault("Cache-Control", "no-store")
    wish = request.query.get("lang")
    if wish in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, wish, max_age=_YEAR, samesite="Lax", httponly=True, path="/")
    if template.startswith("public/"):  # a desk page holds secrets beside what others wrote: compressed length would tell of them
        response.enable_compression()
    return response


def _environment(app: web.Application, language: str, assets: Assets) -> None:
    env = aiohttp_jinja2.setup(
        app,
        app_key=_ENVIRONMENTS[language],
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    env.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.globals["static"] = assets.address


def setup(app: web.Application) -> None:
    """Makes `render` work in this application and serves /static/."""
    app[ASSETS] = assets = Assets()
    for language in LANGUAGES:
        _environment(app, language, assets)
    app.router.add_get("/static/{name}", assets.serve)
