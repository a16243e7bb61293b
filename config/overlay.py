"""What the office changed at its desk, laid over the city's profile. Pure: the changes come in, the profile goes out.

A change is (area, key) and a value; areas and the shapes of their values:
agency KEY: an Agency · routing CATEGORY: {"agency", "door"} · hours "office": WorkingHours · holiday YYYY-MM-DD: {"name", "working"}
· reports "monthly": {"recipients", "agencies"} · text LANGUAGE.NAME: a sentence.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from config import advice
from config.profile import EMAIL, Agency, Holiday, Profile, Reports, WorkingHours

AREAS = ("agency", "routing", "hours", "holiday", "reports", "text")
"""In this order: a route may lead to an agency that was added later than the route was first changed."""
LONGEST = {"text": 1500, "name": 200}
KEPT = {"number", "text"}
"""Fields that a text must keep where the shipped one has them: without them the citizen loses the number or the answer."""
TAG = re.compile(r"</?[a-zA-Z!]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
Change = tuple[str, str]
"""area, key"""


class ChangeRefused(Exception):
    """The profile cannot be like this. `code` is stable; the page knows its sentence, in which `told` is filled."""

    def __init__(self, code: str, **told: object) -> None:
        super().__init__(code)
        self.code, self.told = code, told


def overlaid(
    profile: Profile, changes: Mapping[Change, Any], shipped: Mapping[str, Mapping[str, str]]
) -> tuple[Profile, dict[Change, ChangeRefused]]:
    """The profile with every change that fits it, and the reason for each that does not: the file may have moved on since."""
    waiting = sorted(changes, key=lambda each: (AREAS.index(each[0]) if each[0] in AREAS else len(AREAS), each[1]))
    while True:  # an agency that is off fits only once its categories lead elsewhere
        refused: dict[Change, ChangeRefused] = {}
        for area, key in waiting:
            try:
                profile = changed(profile, area, key, changes[area, key], shipped)
            except ChangeRefused as error:
                refused[area, key] = error
        if len(refused) in (0, len(waiting)):
            return profile, refused
        waiting = list(refused)


def changed(profile: Profile, area: str, key: str, value: Any, shipped: Mapping[str, Mapping[str, str]]) -> Profile:
    """The profile with one change, held against the same model as the file. Raises ChangeRefused."""
    try:
        return _with(profile, _CHANGES[area](profile, key, value, shipped))
    except ValidationError as error:
        raise ChangeRefused("model", fields=", ".join(".".join(map(str, each["loc"])) for each in error.errors()) or key) from None
    except (KeyError, TypeError):
        raise ChangeRefused("incomplete") from None


def _with(profile: Profile, values: Mapping[str, Any]) -> Profile:
    """Validated as a whole; what did not change is taken over as it is."""
    return Profile.model_validate({name: getattr(profile, name) for name in Profile.model_fields} | dict(values))


def _agency(profile: Profile, key: str, value: Any, shipped: object) -> dict[str, Any]:
    agency = Agency.model_validate(value)
    if not KEY.fullmatch(key):
        raise ChangeRefused("agency_key")
    for text in (agency.name, agency.short):
        _plain(text, "name")
    if agency.email and not EMAIL.fullmatch(agency.email):
        raise ChangeRefused("email")
    if not agency.active and key == profile.default_agency:
        raise ChangeRefused("default_agency")
    if not agency.active and (used := [each.name for each in profile.categories.values() if each.agency == key]):
        raise ChangeRefused("in_use", used=", ".join(used))
    return {"agencies": profile.agencies | {key: agency}}


def _routing(profile: Profile, key: str, value: Any, shipped: object) -> dict[str, Any]:
    if key not in profile.categories:
        raise ChangeRefused("category")
    agency = str(value["agency"])
    if agency not in profile.working_agencies:
        raise ChangeRefused("inactive" if agency in profile.agencies else "no_agency")
    category = profile.categories[key].model_copy(update={"agency": agency})
    doors = {name: door for name, door in profile.routes.categories.items() if name != key}
    if value["door"]:
        doors[key] = str(value["door"])
    return {"categories": profile.categories | {key: category}, "routes": profile.routes.model_copy(update={"categories": doors})}


def _hours(profile: Profile, key: str, value: Any, shipped: object) -> dict[str, Any]:
    if key != "office":
        raise KeyError(key)
    try:
        hours = WorkingHours.model_validate(value)
    except ValidationError:
        raise ChangeRefused("time") from None
    if not hours.days or not set(hours.days) <= set(range(7)):
        raise ChangeRefused("days")
    if hours.opens >= hours.closes:
        raise ChangeRefused("hours")
    return {"hours": hours}


def _holiday(profile: Profile, key: str, value: Any, shipped: object) -> dict[str, Any]:
    try:
        day = date.fromisoformat(key)
    except ValueError:
        raise ChangeRefused("date") from None
    _plain(str(value["name"]), "name")
    others = tuple(holiday for holiday in profile.holidays if holiday.day != day)
    return {"holidays": (*others, Holiday(day=day, name=value["name"], working=value["working"]))}


def _reports(profile: Profile, key: str, value: Any, shipped: object) -> dict[str, Any]:
    if key != "monthly":
        raise KeyError(key)
    if not all(map(EMAIL.fullmatch, value["recipients"])):
        raise ChangeRefused("emails")
    chosen = {"recipients": tuple(value["recipients"]), "agencies": value["agencies"]}
    return {"reports": Reports.model_validate(profile.reports.model_dump() | chosen)}


def _text(profile: Profile, key: str, value: Any, shipped: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    language, _, name = key.partition(".")
    if language not in profile.texts or name not in shipped.get("id", {}):
        raise ChangeRefused("text")
    text = str(value)
    _plain(text, "text")
    fields_fit(text, shipped["id"][name])
    return {"texts": profile.texts | {language: profile.texts[language] | {name: text}}}


def fields_fit(text: str, shipped: str) -> None:
    """Plain {fields} only, those that are filled, and those that must stay."""
    offered = advice.fields_of(shipped) | {"city", "office"}
    usable = ", ".join(f"{{{field}}}" for field in sorted(offered))
    try:
        parts = [(field, form, turned) for _, field, form, turned in string.Formatter().parse(text) if field is not None]
    except ValueError:
        raise ChangeRefused("brace", usable=usable) from None
    for field, form, turned in parts:
        if field not in offered or form or turned:
            raise ChangeRefused("field", field=field[:40], usable=usable)
    if lost := sorted((KEPT & advice.fields_of(shipped)) - {field for field, _, _ in parts}):
        raise ChangeRefused("lost", field=lost[0])


def _plain(text: str, kind: str) -> None:
    if not text.strip():
        raise ChangeRefused("empty")
    if len(text) > LONGEST[kind]:
        raise ChangeRefused("long", letters=LONGEST[kind])
    if TAG.search(text):
        raise ChangeRefused("tag")
    if CONTROL.search(text):
        raise ChangeRefused("control")


_CHANGES = {"agency": _agency, "routing": _routing, "hours": _hours, "holiday": _holiday, "reports": _reports, "text": _text}
