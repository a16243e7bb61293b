"""Both languages are whole, and every code that can reach a page has a word."""

from __future__ import annotations

from babel.messages.extract import extract_from_file

from config import load
from config.settings import Settings
from desk.operator import labels
from desk.pages import HERE, translations
from normalizer.complaint import Classification, State, Urgency
from store.operators import Role
from store.tables import Owed, Work

SAME = {"Menu", "Telegram", "SMS", "WhatsApp", "X", "Open311", "Admin", "SP4N-LAPOR!"}


def sentences() -> set[str]:
    pages = [("jinja2", path, {"trimmed": "true", "silent": "false"}) for path in (HERE / "templates/operator").glob("*.html")]
    modules = [("python", path, {}) for path in (HERE / "operator").glob("*.py")]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    found = [
        message
        for method, path, options in (*pages, *modules)
        for _, message, _, _ in extract_from_file(method, path, keywords=keywords, options=options)
    ]
    return {message if isinstance(message, str) else message[0] for message in found}


def test_every_sentence_of_the_desk_has_its_english() -> None:
    """Nobody who switched the language meets a page that is half one and half the other."""
    english = translations("en")
    found = sentences()
    assert len(found) > 250
    translated = {each for each in found if {english.gettext(each), english.ngettext(each, each, 2)} != {each}}
    assert found - translated <= SAME
    assert english.ngettext("%(count)s lampiran", "%(count)s lampiran", 2) == "%(count)s attachments"


def test_every_code_has_a_word() -> None:
    """States, roles, urgencies and the rest are never shown as codes."""
    for words, codes in (
        (labels.STATES, State),
        (labels.TONES, State),
        (labels.URGENCIES, Urgency),
        (labels.CLASSIFICATIONS, Classification),
        (labels.ROLES, Role),
        (labels.OWED, Owed),
        (labels.WORK, Work),
    ):
        assert set(words) == {code.value for code in codes}
    assert {account.channel for account in Settings().accounts.values()} <= set(labels.CHANNELS)
    assert load.profile(Settings()).agencies
