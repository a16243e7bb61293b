"""Loads the hub into the nursery: a module, because the fork server takes names of modules only."""

from tests.kill.nursery import load

load()
