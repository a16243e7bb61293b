"""Doors: where a complaint goes. Only `registry` imports the doors themselves."""
