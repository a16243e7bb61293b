"""One Inbound in, one reasoned outcome out. Pure: the same Inbound and profile give the same Normalized, for ever.

The chain: read the envelope, set aside what nobody complains with, ask for the intent, then fill in what the words tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from config.profile import Profile
from connectors.contract import Inbound, Place
from normalizer import (
    admission,
    chat,
    classify,
    contact,
    incident,
    intent,
    language,
    learning,
    mail,
    place,
    post,
    privacy,
    title,
    tracking,
    urgency,
    verdict,
)
from normalizer.complaint import Location, Outcome, Reporter, Suggestion, Urgency
from normalizer.intent import Intent
from normalizer.message import Message
from normalizer.outcome import Normalized, Party
from normalizer.wording import words

NOTHING: Mapping[str, object] = MappingProxyType({})


def normalize(inbound: Inbound, profile: Profile) -> Normalized:
    """Never raises on content. In doubt it is a complaint. For channel "email" `inbound.raw` is parsed as a mail."""
    message = message_of(inbound, profile)
    admitted = inbound.extra.get("admitted") is True  # a person said at the desk that this is a complaint
    if message.set_aside and not admitted:
        return _outcome(inbound, message, Outcome.SET_ASIDE, message.set_aside)
    if not (message.body or message.subject or inbound.command or message.attachments or _pinned(inbound)):
        return _outcome(inbound, message, Outcome.SET_ASIDE, "contact" if message.sender.phone else "empty")
    tokens = words(message.body)
    meant = judged(inbound, message, tokens, profile)
    judged_so = verdict.of(message.body, tokens)
    found: dict[str, object] = {
        "verdict": judged_so.verdict,
        "rating": judged_so.rating,
        "command": meant.command,
        "tracking_number": meant.tracking_number or _quoted_number(message.subject or "", profile),
        "starts_new": meant.starts_new,
        "language": language.of(message.body, tokens),
    }
    if admitted and meant.outcome is not Outcome.COMPLAINT:
        meant = Intent(Outcome.COMPLAINT, tracking_number=meant.tracking_number, text=message.body)
    if meant.outcome is Outcome.COMPLAINT:
        found |= _complaint(inbound, message, meant, profile)
    else:
        found["personal_data"] = privacy.find(message.body)
    ruling = None if admitted or not post.is_public(inbound) else _ruling(inbound, meant, found, profile)
    if ruling is not None:
        return _outcome(inbound, message, ruling.outcome, ruling.reason, found)
    return _outcome(inbound, message, meant.outcome, meant.reason, found)


def judged(inbound: Inbound, message: Message, tokens: Sequence[str], profile: Profile) -> Intent:
    """What the message is for. tokens: `wording.words` of its body."""
    city = frozenset(words(profile.name))
    return intent.judge(
        message.body,
        [token for token in tokens if token not in city],  # "halo admin <city>" is a greeting still
        command=inbound.command,
        prefix=profile.prefix,
        other_evidence=_surely_complains(inbound, message),
    )


def message_of(inbound: Inbound, profile: Profile) -> Message:
    """The channel's bytes as plain words."""
    if inbound.channel == "email" and inbound.raw:
        return mail.read(inbound, profile.tz)
    return post.read(inbound) if post.is_public(inbound) else chat.read(inbound)


def _ruling(inbound: Inbound, meant: Intent, found: Mapping[str, object], profile: Profile) -> admission.Ruling | None:
    """What the profile's admission says of a public post; politeness is set aside without asking it."""
    if meant.outcome is Outcome.SET_ASIDE:
        return None
    wanted = ("suggestions", "location", "classification", "urgency")
    told = admission.Told(tokens=words(meant.text), **{name: found[name] for name in wanted if name in found})  # type: ignore[arg-type]
    return admission.judge(inbound, told, profile, complains=meant.outcome is Outcome.COMPLAINT)


def _complaint(inbound: Inbound, message: Message, meant: Intent, profile: Profile) -> dict[str, object]:
    """What only a complaint has. The steps read the citizen's own words; a mail's subject counts where it tells something."""
    told = meant.text
    headline = title.of(message.subject, told)
    wordless = not any(map(str.isalpha, told)) and not _subject_tells(message)
    said = [*words(message.subject or ""), *words(told)]
    location = _location(told, message.subject, inbound.place, profile)
    matter = told.replace(location.text, " ") if location.text else told
    suggestions = classify.categories(words(matter), words(headline), profile) or classify.categories(words(told), [], profile)
    suggestions = _with_chosen(inbound, _with_learned(suggestions, words(told), profile), profile)
    pressing = urgency.judge(said, profile.emergency_words)
    anonymous, confidential = privacy.wishes(f"{message.subject or ''}\n{told}")
    personal = privacy.flagged(told, privacy.find(told))
    best = suggestions[0].category if suggestions else None
    happened = incident.find(told, message.sent_at.astimezone(profile.tz))
    return {
        "body": told,
        "personal_data": personal,
        "sensitive": privacy.sensitive_kinds(personal),
        "title": title.without_words(_kinds(inbound, message, location)) if wordless else headline,
        "words": not wordless,
        "location": location,
        "incident_date": happened.day if happened else None,
        "suggestions": suggestions,
        "category": best,
        "agency": profile.agency_for(best),
        "classification": classify.kind(said, suggestions, profile, question="?" in told),
        "urgency": pressing,
        "emergency": pressing is Urgency.EMERGENCY,
        "anonymous": anonymous,
        "confidential": confidential,
    }


def _with_learned(suggestions: list[Suggestion], tokens: Sequence[str], profile: Profile) -> list[Suggestion]:
    """What the model is sure of goes first; the rules' answers stay below it."""
    first = learning.suggest(profile.learned, tokens) if profile.learned else None
    if first is None or first.category not in profile.categories:
        return suggestions
    return [first, *(one for one in suggestions if one.category != first.category)][:3]


def _with_chosen(inbound: Inbound, suggestions: list[Suggestion], profile: Profile) -> list[Suggestion]:
    """A sender who chose the service (Open311) knows it better than words do."""
    chosen = inbound.extra.get("category")
    if not isinstance(chosen, str) or chosen not in profile.categories:
        return suggestions
    rest = [one for one in suggestions if one.category != chosen]
    return [Suggestion(category=chosen, score=1.0, why="dipilih pengirim"), *rest][:3]


def _location(told: str, subject: str | None, pin: Place | None, profile: Profile) -> Location:
    around: dict[str, Any] = {"center": profile.map_center, "radius_km": profile.map_radius_km}
    found = place.find(told, pin, profile.region_code, **around)
    return place.find(subject, pin, profile.region_code, **around) if found == Location() and subject else found


def _pinned(inbound: Inbound) -> bool:
    """A place came with it, also one outside the world that the connector refused."""
    return inbound.place is not None or bool(inbound.extra.get("place_refused"))


def _surely_complains(inbound: Inbound, message: Message) -> bool:
    """Evidence, a telling subject, or an entry at the front desk: then even a bare "halo" is part of a complaint."""
    typed_in = inbound.staff and inbound.channel != "email"
    return bool(message.attachments or _pinned(inbound) or typed_in) or (
        _subject_tells(message) and not title.answers(message.subject or "")
    )


def _subject_tells(message: Message) -> bool:
    return bool(message.subject) and title.tells(message.subject or "")


def _quoted_number(subject: str, profile: Profile) -> str | None:
    """The number in the subject of an answer to one of our mails."""
    number = tracking.find(profile.prefix, subject)
    return tracking.printed(number) if number else None


def _reporter(inbound: Inbound, message: Message) -> Reporter:
    address = inbound.extra.get("address")
    told = contact.reporter(message.author or message.sender, message.body)
    return told.model_copy(update={"address": address}) if isinstance(address, str) else told


def _kinds(inbound: Inbound, message: Message, location: Location) -> list[str]:
    return [*message.kinds, *(["place"] if _pinned(inbound) or location.lat is not None else [])]


def _outcome(inbound: Inbound, message: Message, outcome: Outcome, reason: str | None, found: Mapping[str, object] = NOTHING) -> Normalized:
    told: dict[str, object] = {
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "sender": Party(id=message.sender.id or None, name=message.sender.name, address=message.sender.address),
        "reporter": _reporter(inbound, message),
        "subject": message.subject,
        "text": message.text,
        "body": message.body,
        "operator_note": message.note,
        "submitted_at": message.sent_at,
        "forwarded": message.original is not None,
        "original": message.original,
        "auto_generated": message.auto_generated,
        "bounce": message.bounce,
        "attachments": list(message.attachments),
        "parts": list(message.parts),
    }
    envelope = {"channel": inbound.channel, "account": inbound.account, "external_id": inbound.external_id}
    return Normalized.model_validate({**envelope, **told, **found, "outcome": outcome, "reason": reason})
