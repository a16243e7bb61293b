"""What a GeoReport server asks beside the words: required attributes, and what we answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import Refused
from dispatcher.doors import geo_answers
from dispatcher.doors.contract import Filing
from normalizer import tracking

_UNKNOWN = ("tidak tahu", "tidak diketahui", "lainnya", "lain-lain", "unknown", "other", "not sure", "n/a")
"""What the choice for "we cannot say" is called, in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One required question of a service definition. `choices`: key and name, of a list."""

    code: str
    datatype: str
    choices: Mapping[str, str]


def required_in(body: bytes) -> Sequence[Attribute] | None:
    """The required variables of GET services/{code}; None when the answer is no definition. Old servers answer an array of one."""
    found = geo_answers.rows(body)
    if not found:
        return None
    listed = found[0].get("attributes")
    asked = listed if isinstance(listed, list) else found
    return [_attribute(one) for one in asked if isinstance(one, dict) and one.get("code") and _true(one.get("required")) and _variable(one)]


def answers(door: str, asked: Sequence[Attribute], given: Mapping[str, str], default: str, filing: Filing) -> dict[str, str]:
    """attribute[CODE] for each. given: by code, from the settings. Raises Refused naming the setting where nothing fits."""
    return {f"attribute[{one.code}]": _answer(door, one, given.get(one.code), default, filing) for one in asked}


def _answer(door: str, asked: Attribute, given: str | None, default: str, filing: Filing) -> str:
    value = _filled(given, filing) if given is not None else None
    if asked.choices:
        wanted = [value.casefold()] if value is not None else list(_UNKNOWN)
        for key, name in asked.choices.items():
            if key.casefold() in wanted or name.casefold() in wanted:
                return key
    elif value:
        return value
    elif asked.datatype == "datetime":
        return filing.complaint.submitted_at.isoformat(timespec="seconds")
    elif asked.datatype != "number" and default:
        return default
    raise Refused(f"{door} meminta attribute[{asked.code}]: isi doors.{door}.attributes.{asked.code} dengan jawaban yang sah.")


def _filled(given: str, filing: Filing) -> str:
    """{number}, {title}, {address}, {rt} and {rw} of the complaint; other braces stay."""
    place = filing.complaint.location
    known = {
        "number": tracking.printed(filing.tracking_number),
        "title": filing.complaint.title,
        "address": place.address or place.text or "",
        "rt": place.rt or "",
        "rw": place.rw or "",
    }
    for name, value in known.items():
        given = given.replace(f"{{{name}}}", value)
    return given


def _attribute(one: Mapping[str, object]) -> Attribute:
    listed = one.get("values")
    choices = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return Attribute(
        code=str(one["code"]),
        datatype=str(one.get("datatype") or "").casefold(),
        choices={str(each["key"]): str(each.get("name") or "") for each in choices if each.get("key") not in (None, "")},
    )


def _true(value: object) -> bool:
    return value is True or str(value).strip().casefold() == "true"


def _variable(one: Mapping[str, object]) -> bool:
    """False: the server only tells something, and wants no answer."""
    return "variable" not in one or _true(one["variable"])
