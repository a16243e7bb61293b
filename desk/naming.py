"""What people call the channels, categories, agencies and kecamatan of a city."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config.profile import Profile
from normalizer import region


def names(profile: Profile, channels: Mapping[str, str]) -> Mapping[str, Callable[[str], str]]:
    """By axis; a key that nobody knows stays as it is. `channels`: the labels of the desk."""
    return {
        "channel": lambda key: channels.get(key, key),
        "category": lambda key: profile.categories[key].name if key in profile.categories else key,
        "agency": lambda key: profile.agencies[key].short if key in profile.agencies else key,
        "place": lambda key: region.name_of(key).split(",")[0] or key,
    }
