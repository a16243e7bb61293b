from __future__ import annotations

import pytest

from config.profile import Profile
from normalizer import urgency
from normalizer.complaint import Urgency
from normalizer.wording import words


@pytest.mark.parametrize(
    "text", ["KEBAKARAN di pasar", "ada kecelakaan, korban berdarah", "anak tenggelam di sungai", "rumah saya kebakaran!"]
)
def test_emergency(text: str, profile: Profile) -> None:
    """The city's emergency words alarm."""
    assert urgency.judge(words(text), profile.emergency_words) is Urgency.EMERGENCY


@pytest.mark.parametrize("text", ["berapa nomor pemadam kebakaran?", "daerah ini rawan banjir", "jalan rusak bisa kecelakaan"])
def test_no_alarm(text: str, profile: Profile) -> None:
    """Words that name an office or a fear are no emergency."""
    assert urgency.judge(words(text), profile.emergency_words) is not Urgency.EMERGENCY


def test_pressing(profile: Profile) -> None:
    """Danger without an emergency is high."""
    assert urgency.judge(words("pohon miring membahayakan warga"), profile.emergency_words) is Urgency.HIGH
    assert urgency.judge(words("lampu mati"), profile.emergency_words) is Urgency.NORMAL
