"""What people call the channels, categories, agencies and kecamatan of a city."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config.profile import Profile
from normalizer import region


def names(profile: Profile) -> Mapping[str, Callable[[str], str]]:
    """By axis; a key that nobody knows stays as it is."""
    from desk.operator import labels  # its package has pages that import this module

    return {
        "channel": lambda key: labels.CHANNELS.get(key, key),
        "category": lambda key: profile.categories[key].name if key in profile.categories else key,
        "agency": lambda key: profile.agencies[key].short if key in profile.agencies else key,
        "place": lambda key: region.name_of(key).split(",")[0] or key,
    }
