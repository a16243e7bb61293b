from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from normalizer_samples import NOW, chat, letter, mail

from config.profile import Profile
from dispatcher.preview import preview
from normalizer.explain import explained
from normalizer.normalize import normalize


def test_every_step_of_a_complaint_is_named(profile: Profile) -> None:
    """An official reads why: intent, place, day, category with its words, agency, urgency, personal data."""
    text = "Kemarin pohon tumbang menimpa rumah di Jl. Gandawijaya RT 03/05, hp saya 081234567890, berbahaya"
    told, fired = explained(chat(text), profile)
    assert told == normalize(chat(text), profile)
    steps = {one.step for one in fired}
    assert {"intent", "title", "place", "when", "category", "agency", "classification", "urgency", "personal_data"} <= steps
    assert ("when", "yesterday", "kemarin = 2026-11-21") in [(one.step, one.rule, one.saw) for one in fired]
    assert "234567" not in str(fired)


def test_the_rule_of_the_intent(profile: Profile) -> None:
    """What is no complaint names the rule and its question."""
    _, fired = explained(chat("halo min"), profile)
    assert [(one.rule, one.saw) for one in fired if one.step == "intent"] == [("only_greeting", "Does it only greet?")]


def test_set_aside_by_the_envelope(profile: Profile) -> None:
    """A machine's mail is explained by its envelope alone."""
    _, fired = explained(mail(letter("Saya sedang cuti", subject="Balasan otomatis", extra="Auto-Submitted: auto-replied\n")), profile)
    assert [(one.step, one.rule, one.saw) for one in fired] == [("envelope", "automatic_mail", "auto_reply")]


def test_preview_explains_when_asked(profile: Profile) -> None:
    """`run.py normalize --explain` adds the rules; without it nothing is added."""
    plain = preview("webchat", b"jalan rusak", "x.txt", "chat", False, profile, NOW)
    assert "rules" not in plain
    rules = preview("webchat", b"jalan rusak", "x.txt", "chat", False, profile, NOW, explain=True)["rules"]
    assert {"step", "rule", "saw"} == set(rules[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_anything_can_be_explained(profile: Profile, text: str) -> None:
    """An explanation never fails and never changes the outcome."""
    told, _ = explained(chat(text), profile)
    assert told == normalize(chat(text), profile)
