"""When the office is open: nobody is written to about limits at night, on Sunday or in Lebaran. Pure."""

from __future__ import annotations

from datetime import datetime

from config.profile import Profile
from dispatcher.clocks.working import of_city


def is_open(profile: Profile, at: datetime) -> bool:
    local = at.astimezone(profile.tz)
    return of_city(profile).counts(local.date()) and profile.hours.opens <= local.time() < profile.hours.closes
