"""The city's values come from its file; nothing of a city stands in code."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from config import load
from config.load import SettingsError
from config.profile import Profile
from config.settings import Settings
from normalizer.complaint import Classification

ROOT = Path(__file__).parents[2]
CITIES = sorted(path.stem for path in (ROOT / "config" / "cities").glob("*.toml"))


def city(name: str, **overrides: object) -> Profile:
    return load.profile(Settings(profile=name, profile_overrides=overrides))


def refusal(name: str, **overrides: object) -> str:
    with pytest.raises(SettingsError) as refused:
        city(name, **overrides)
    return str(refused.value)


@pytest.mark.parametrize("name", CITIES)
def test_every_shipped_city_is_whole(name: str) -> None:
    """Each rule set has a limit for each classification, each category words and an agency, each text is there in both languages."""
    found = city(name)
    for rule in found.rules:
        assert set(rule.resolve) == {kind.value for kind in Classification}
    for key, category in found.categories.items():
        assert category.words or category.shipped, key
        assert all(word == word.lower().strip() for word in category.words), key
        assert category.classification is None or Classification(category.classification)
    assert set(found.texts) == {"id", "en"}
    assert found.emergency_words


def test_two_cities_that_share_nothing() -> None:
    """Prefix, region, zone, routing, forwarding, limits and hours: each is the city's own."""
    here, there = city("cimahi"), city("kab_bone")
    assert (here.prefix, here.region_code, here.zone_name) == ("CMH", "32.77", "WIB")
    assert (there.prefix, there.region_code, there.zone_name) == ("BNE", "73.08", "WITA")
    assert (here.forward, there.forward) == ("at_once", "after_verification")
    assert here.tz != there.tz
    assert here.hours != there.hours
    assert here.intake != there.intake
    lamps = [next(c for c in found.categories.values() if "pju" in c.words) for found in (here, there)]
    assert here.agencies[lamps[0].agency].short != there.agencies[lamps[1].agency].short
    assert here.rule_set(date(2026, 6, 1)) != there.rule_set(date(2026, 6, 1))
    assert there.rule_set(date(2025, 12, 31)).verify == 3
    assert there.rule_set(date(2026, 1, 1)).verify == 2
    assert there.rule_set(date(2000, 1, 1)) == there.rules[0]


def test_a_city_may_say_it_in_its_own_words() -> None:
    """Its texts lie over the shipped ones, one by one."""
    here, there = city("cimahi"), city("kab_bone")
    assert there.text("greeting").startswith("Tabe'")
    assert not here.text("greeting").startswith("Tabe'")
    assert here.texts["id"]["thanks"] == there.texts["id"]["thanks"]


def test_no_city_in_code() -> None:
    """No Python of the product holds a place: neither in a name nor in a string (docstrings may tell an example)."""
    words = re.compile(r"cimahi|\bCMH|32\.77|kab_bone|\bBNE|73\.08", re.IGNORECASE)
    found = []
    for folder in ("config", "connectors", "normalizer", "store", "dispatcher", "desk"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told and words.search(node.value):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    default = [place for place in found if place.startswith("config/settings.py")]
    assert len(default) == 1, "the default profile is named once, in config/settings.py"
    assert found == default, "\n".join(found)


def test_overrides_of_an_office() -> None:
    """[profile_overrides] changes single values without a file of its own."""
    found = city("cimahi", forward="after_verification", intake={"settle_seconds": "2"}, texts={"id": {"thanks": "Nuhun."}})
    assert found.forward == "after_verification"
    assert found.intake.settle_seconds == 2
    assert found.intake.supplement_window_minutes == city("cimahi").intake.supplement_window_minutes
    assert found.text("thanks") == "Nuhun."


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"forwrd": "at_once"}, "hub.toml: profile_overrides: forwrd tidak dikenal, maksud Anda forward?"),
        ({"forward": "later"}, "forward harus salah satu dari 'at_once' or 'after_verification'."),
        ({"prefix": "cmh1"}, "prefix harus berbentuk"),
        ({"zone": "Asia/Cimahi"}, "zone: zona waktu 'Asia/Cimahi' tidak dikenal"),
        ({"default_agency": "dishb"}, "default_agency: tidak ada instansi 'dishb', maksud Anda dishub?"),
        ({"categories": {"sampah": {"agency": "nihil_xyz"}}}, "categories.sampah.agency: tidak ada instansi 'nihil_xyz'"),
        ({"texts": {"id": {"thank": "x"}}}, "texts.id.thank tidak dikenal, maksud Anda texts.id.thanks?"),
        ({"texts": {"id": {"ack": "Nomor {nomor}"}}}, "texts.id.ack: {nomor} tidak ada artinya di sini. Yang dapat dipakai: {city}"),
        ({"texts": {"id": {"ack": "Nomor {number"}}}, "texts.id.ack: ada kurung kurawal yang tidak ditutup"),
    ],
)
def test_mistakes_of_a_profile_are_sentences(overrides: dict[str, object], sentence: str) -> None:
    """The same care as for hub.toml."""
    assert sentence in refusal("cimahi", **overrides)


def test_an_unknown_city_lists_the_shipped_ones() -> None:
    """So that a spelling mistake is mended at once."""
    assert "Pilih cimahi, kab_bone" in refusal("chimahi")


def test_a_file_of_the_citys_own_lies_beside_hub_toml(tmp_path: Path) -> None:
    """A path in hub.toml is meant from where hub.toml lies."""
    shipped = (ROOT / "config" / "cities" / "kab_bone.toml").read_text("utf-8")
    (tmp_path / "kota.toml").write_text(shipped.replace('prefix = "BNE"', 'prefix = "KOTA"'), "utf-8")
    (tmp_path / "hub.toml").write_text('profile = "kota.toml"\n')
    assert load.profile(load.settings(tmp_path / "hub.toml", {})).prefix == "KOTA"


def test_the_catalogue_under_every_city() -> None:
    """SP4N-LAPOR!'s 38 main topics and the sub-topics of every day, each routed to the default agency, after the city's own."""
    found = city("cimahi")
    topics = {key for key, category in load.read_toml(load.CATALOGUE)["categories"].items() if "topic" not in category}
    assert len(topics) == 38
    assert topics <= set(found.categories)
    assert all(found.categories[key].topic in topics for key in found.categories if found.categories[key].topic)
    shipped = [category for category in found.categories.values() if category.shipped]
    assert {category.agency for category in shipped} == {found.default_agency}
    assert not found.categories["sampah"].shipped
    order = [category.shipped for category in found.categories.values()]
    assert order == sorted(order)


def test_a_city_routes_a_topic() -> None:
    """A city names its agency for a topic, and keeps name and words of the catalogue; or leaves the catalogue out."""
    topic = city("cimahi", categories={"agama": {"agency": "setda"}}).categories["agama"]
    assert (topic.agency, topic.name, topic.shipped) == ("setda", "Agama", False)
    assert "masjid" in topic.words
    assert not [category for category in city("cimahi", catalogue=False).categories.values() if category.shipped]


def test_everyday_words_are_said_once() -> None:
    """What is written the same in every city stands in one file: both cities know it, and each keeps its own words first."""
    here, there = city("cimahi").categories["jalan_rusak"], city("kab_bone").categories["jalan"]
    assert {"dalan bolong", "jalan berlubang"} <= set(here.words) & set(there.words)
    assert there.words[0] == "jalan putus"
    assert "jalan putus" not in here.words


def test_unknown_everyday_words_are_refused() -> None:
    """A list that does not exist is named, with those that do."""
    assert "categories.jalan.everyday: awan tidak ada. Pilih dari jalan," in refusal(
        "kab_bone", categories={"jalan": {"everyday": ["awan"]}}
    )
