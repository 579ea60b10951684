"""gatehouse demo: a newcomer sees badges and live decisions at once, and nothing stays behind."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder that the demonstration takes for temporary files."""
    # A short one: it will hold a socket.
    folder = Path("/tmp") / f"gh-demo-{tmp_path.name[-4:]}-{time.monotonic_ns() % 100_000}"
    folder.mkdir()
    return folder


@pytest.fixture(params=[(80, 24), (160, 48)], ids=["80x24", "160x48"])
def demo(request: pytest.FixtureRequest, gatehouse: Gatehouse, temporary: Path) -> Iterator[Terminal]:
    environment = {**gatehouse.environment, "TMPDIR": str(temporary), "XDG_RUNTIME_DIR": str(temporary)}
    terminal = Terminal([gatehouse.binary, "demo"], environment, request.param)
    terminal.started = time.monotonic()
    yield terminal
    terminal.close()


def ours(gatehouse: Gatehouse, temporary: Path) -> list[int]:
    """The processes of the demonstration."""
    found = processes.with_environment(f"TMPDIR={temporary}")
    return [pid for pid in found if "tmux" not in " ".join(processes.command_line(pid)[:1])]


def is_in_full_swing(screen: str) -> bool:
    badges = [badge for badge in ("LOW", "MED", "HIGH", "CRIT") if badge in screen]
    live = screen.partition("Live")[2]
    return len(badges) >= 3 and "allow" in live and "deny" in live


def test_within_three_seconds_there_are_badges_and_decisions(demo: Terminal) -> None:
    demo.until(is_in_full_swing, "badges and live decisions", 3)
    assert time.monotonic() - demo.started < 3.5
    before = demo.screen().partition("Live")[2]
    demo.until(lambda screen: screen.partition("Live")[2] != before, "more decisions", 5)


def test_quitting_leaves_nothing_behind(demo: Terminal, gatehouse: Gatehouse, temporary: Path) -> None:
    demo.until(is_in_full_swing, "badges and live decisions", 10)
    assert list(temporary.iterdir())
    running = ours(gatehouse, temporary)
    assert len(running) >= 3
    demo.keys("q")
    assert demo.status() == 0
    processes.all_gone(running)
    assert list(temporary.iterdir()) == []
    temporary.rmdir()
    # The person's own files were not touched.
    assert [path.name for path in gatehouse.home.iterdir()] == ["policy.json"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_nothing_behind(
    demo: Terminal, gatehouse: Gatehouse, temporary: Path, number: signal.Signals
) -> None:
    demo.until(is_in_full_swing, "badges and live decisions", 10)
    running = ours(gatehouse, temporary)
    processes.kill([demo.pid], number)
    processes.all_gone(running)
    eventually(lambda: list(temporary.iterdir()) == [], what=lambda: f"left: {list(temporary.rglob('*'))}")
    temporary.rmdir()


def test_when_it_is_killed_nothing_keeps_running(demo: Terminal, gatehouse: Gatehouse, temporary: Path) -> None:
    demo.until(is_in_full_swing, "badges and live decisions", 10)
    running = ours(gatehouse, temporary)
    processes.kill([demo.pid])
    processes.all_gone(running)


def test_without_a_terminal_it_says_what_it_needs(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("demo", timeout=20)
    assert done.returncode != 0
    assert "terminal" in done.stderr
