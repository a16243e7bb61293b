from __future__ import annotations

import pytest
from normalizer_samples import chat

from config.profile import Profile
from normalizer import mapping
from normalizer.normalize import normalize

LINKS = [
    "https://www.google.com/maps/search/?api=1&query=-6.8723%2C107.5425",
    "https://maps.google.com/?q=-6.8723,107.5425",
    "https://www.google.com/maps?q=loc:-6.8723,107.5425",
    "https://www.google.com/maps/place/Alun-Alun/@-6.9,107.6,17z/data=!3m1!4b1!4m5!3m4!1s0x0:0x0!8m2!3d-6.8723!4d107.5425",
    "https://www.google.co.id/maps/@-6.8723,107.5425,17z",
    "https://www.google.com/maps/place/-6.8723,107.5425",
    "https://www.google.com/maps/search/-6.8723,+107.5425",
    "https://www.google.com/maps/dir/?api=1&destination=-6.8723,107.5425",
    "https://waze.com/ul?ll=-6.8723%2C107.5425&navigate=yes",
    "https://www.waze.com/live-map/directions?to=ll.-6.8723%2C107.5425",
    "https://www.openstreetmap.org/?mlat=-6.8723&mlon=107.5425#map=17/-6.9/107.6",
    "https://www.openstreetmap.org/#map=17/-6.8723/107.5425",
    "https://maps.apple.com/?ll=-6.8723,107.5425",
    "geo:-6.8723,107.5425",
]


@pytest.mark.parametrize("link", LINKS)
def test_coordinates_of_map_links(profile: Profile, link: str) -> None:
    """A link of a map service is a pin: its own coordinates are read, without the network."""
    told = normalize(chat(f"Jalan rusak di sini {link} mohon diperbaiki"), profile)
    assert (told.location.lat, told.location.lon, told.location.inside) == (-6.8723, 107.5425, True)


def test_short_links_are_kept(profile: Profile) -> None:
    """A short link cannot be read without the network: it stays as the address, for a person to open."""
    told = normalize(chat("Jalan rusak https://maps.app.goo.gl/AbCdEf123"), profile)
    assert (told.location.lat, told.location.address) == (None, "https://maps.app.goo.gl/AbCdEf123")


@pytest.mark.parametrize("text", ["Jalan rusak https://contoh.id/foto/-6/107", "lihat https://www.google.com/search?q=jalan+rusak"])
def test_other_links_are_no_place(profile: Profile, text: str) -> None:
    """Only map services name places."""
    assert normalize(chat(text), profile).location.lat is None


def test_outside_the_city(profile: Profile) -> None:
    """Coordinates beyond the city's circle are marked, never refused."""
    told = normalize(chat("Jalan rusak https://maps.google.com/?q=-7.7956,110.3695"), profile)
    assert (told.outcome.value, told.location.inside) == ("complaint", False)


def test_without_a_circle() -> None:
    """A city without a circle says nothing about inside or outside."""
    assert mapping.inside(-6.9, 107.5, None, 5.0) is None


def test_distance() -> None:
    """Jakarta to Bandung is about 120 km as the crow flies."""
    assert 110 < mapping.distance_km((-6.2088, 106.8456), (-6.9175, 107.6191)) < 130
