"""Fault points are for tests only."""

from __future__ import annotations

import pytest

from dispatcher import faults


def test_a_fault_needs_the_second_word_of_permission():
    """A stray variable in production arms nothing."""
    assert faults.armed({}) is None
    assert faults.armed({"SATUPINTU_FAULT": "accept.before"}) is None
    assert faults.armed({"SATUPINTU_FAULT": "accept.before", "SATUPINTU_FAULTS_ALLOWED": "no"}) is None


def test_an_unknown_point_is_refused():
    """A test that names a step that does not exist must not pass for want of a kill."""
    with pytest.raises(ValueError, match=r"accept\.after"):
        faults.armed({"SATUPINTU_FAULT": "accept.later", "SATUPINTU_FAULTS_ALLOWED": "yes"})


def test_only_the_nth_pass_of_its_own_point_strikes(monkeypatch: pytest.MonkeyPatch):
    """forward.taken:2 lets the first one and every other step pass."""
    struck: list[int] = []
    monkeypatch.setattr(faults.os, "kill", lambda pid, number: struck.append(number))
    strike = faults.armed({"SATUPINTU_FAULT": "forward.taken:2", "SATUPINTU_FAULTS_ALLOWED": "yes"})
    assert strike is not None
    for step in ("accept.before", "forward.taken", "reply.sent"):
        strike(step)
    assert struck == []
    strike("forward.taken")
    assert len(struck) == 1
