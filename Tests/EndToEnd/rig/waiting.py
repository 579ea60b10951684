"""Waiting for something to become true, with a deadline and a useful message."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], within: float = 30, what: str | Callable[[], str] = "it", every: float = 0.01) -> T:
    """Asks `probe` until its answer is true, and returns that answer; fails the test when `within` seconds are over."""
    deadline = time.monotonic() + within
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"waited {within:g} s in vain: {text}")
        time.sleep(every)
