"""Which rules fired for one message, for officials who want to know why. Asked for by `run.py normalize --explain`, never on the line.

It reads the outcome and asks the same steps once more what they saw; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.profile import Profile
from connectors.contract import Inbound
from normalizer import incident, intent, misuse, privacy, title, urgency
from normalizer.classify import kinds_of
from normalizer.complaint import Frozen, Outcome
from normalizer.message import Message
from normalizer.normalize import judged, message_of, normalize
from normalizer.outcome import Normalized
from normalizer.wording import words


class Fired(Frozen):
    """A rule that had something to say: its step, its name, and what it saw or decided."""

    step: str
    rule: str
    saw: str = ""


def explained(inbound: Inbound, profile: Profile) -> tuple[Normalized, list[Fired]]:
    """`normalize`'s outcome and, in the order of the steps, the rules behind it."""
    told = normalize(inbound, profile)
    message = message_of(inbound, profile)
    fired = list(_envelope(inbound, message, told))
    if message.set_aside and inbound.extra.get("admitted") is not True:
        return told, fired
    fired += _intent(inbound, message, profile)
    if told.outcome in (Outcome.COMPLAINT, Outcome.TRIAGE):
        fired += _matter(message, told, profile)
    return told, fired + list(_personal(told))


def _envelope(inbound: Inbound, message: Message, told: Normalized) -> Iterator[Fired]:
    if inbound.extra.get("admitted") is True:
        yield Fired(step="envelope", rule="admitted_by_a_person")
    if message.set_aside:
        rule = "connector" if inbound.service else "automatic_mail"
        yield Fired(step="envelope", rule=rule, saw=message.set_aside)
    if told.forwarded:
        written = told.original.from_ if told.original else None
        yield Fired(step="mail", rule="forwarded", saw=(written.address or written.name or "") if written else "")
    if told.operator_note:
        yield Fired(step="mail", rule="operator_note", saw=f"{len(told.operator_note)} characters above the forwarded mail")
    elif not told.forwarded and len(message.body) < len(message.text):
        yield Fired(
            step="mail", rule="own_words", saw=f"{len(message.text) - len(message.body)} characters of quotes and signature left out"
        )


def _intent(inbound: Inbound, message: Message, profile: Profile) -> Iterator[Fired]:
    meant = judged(inbound, message, words(message.body), profile)
    question = next((rule.question for rule in intent.CHAIN if rule.name == meant.rule), "")
    yield Fired(step="intent", rule=meant.rule, saw=question or meant.outcome.value)
    if meant.tracking_number:
        yield Fired(step="intent", rule="quotes_a_number", saw=meant.tracking_number)
    if meant.outcome is Outcome.COMPLAINT and misuse.coarse(words(message.body)):
        yield Fired(step="intent", rule="coarse_words", saw="an angry complaint is a complaint")


def _matter(message: Message, told: Normalized, profile: Profile) -> Iterator[Fired]:
    if told.reason and told.outcome is Outcome.TRIAGE:
        yield Fired(step="admission", rule=told.reason)
    yield Fired(step="title", rule="subject" if message.subject and title.tells(message.subject) else "first_telling_sentence")
    place = told.location
    parts = {"pin_or_coordinates": place.lat, "address_words": place.text, "village": place.region_name, "rt": place.rt, "rw": place.rw}
    yield from (Fired(step="place", rule=rule, saw=str(seen)) for rule, seen in parts.items() if seen is not None)
    if place.inside is not None:
        yield Fired(step="place", rule="inside_the_city" if place.inside else "outside_the_city")
    happened = incident.find(told.body, message.sent_at.astimezone(profile.tz))
    if happened:
        yield Fired(step="when", rule=happened.rule, saw=f"{happened.words} = {happened.day.isoformat()}")
    said = words(f"{message.subject or ''}\n{told.body}")
    for suggestion in told.suggestions:
        yield Fired(step="category", rule=suggestion.category, saw=f"{suggestion.score:.2f}: {suggestion.why}")
    if told.category:
        yield Fired(step="agency", rule="categorys_own_agency", saw=profile.agency_for(told.category))
    else:
        yield Fired(step="agency", rule="default_agency", saw=profile.default_agency)
    yield from (Fired(step="classification", rule=kind, saw=seen) for kind, seen in kinds_of(said))
    yield from (Fired(step="urgency", rule=kind, saw=seen) for kind, seen in urgency.seen(said, profile.emergency_words))
    if told.anonymous or told.confidential:
        yield Fired(step="wishes", rule="anonymous" if told.anonymous else "confidential")


def _personal(told: Normalized) -> Iterator[Fired]:
    """What was found, not what it is: an explanation must be fit to be passed on."""
    for span in told.personal_data:
        yield Fired(step="personal_data", rule=span.kind, saw=privacy.masked_span(told.body, span))
    yield from (Fired(step="sensitive", rule=kind) for kind in told.sensitive)
