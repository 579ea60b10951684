"""gatehouse demo: a newcomer sees badges and live decisions at once, and nothing stays behind."""

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import Wire


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The folder that the demonstration takes for temporary files: a short name, because it will hold a socket."""
    folder = Path(tempfile.mkdtemp(prefix="gh-demo-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=[(80, 24), (160, 48)], ids=["80x24", "160x48"])
def demo(request: pytest.FixtureRequest, gatehouse: Gatehouse, temporary: Path) -> Iterator[Terminal]:
    environment = {**gatehouse.environment, "TMPDIR": str(temporary), "XDG_RUNTIME_DIR": str(temporary)}
    terminal = Terminal([gatehouse.binary, "demo"], environment, request.param)
    terminal.started = time.monotonic()
    yield terminal
    terminal.close()


def ours(temporary: Path) -> list[int]:
    """The processes of the demonstration."""
    found = processes.with_environment(f"TMPDIR={temporary}")
    return [pid for pid in found if processes.command_line(pid)[:1] != ["tmux"]]


def is_empty(folder: Path) -> None:
    eventually(lambda: list(folder.iterdir()) == [], what=lambda: f"left behind: {list(folder.rglob('*'))}")


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
    running = ours(temporary)
    assert len(running) >= 3
    demo.keys("q")
    assert demo.status() == 0
    processes.all_gone(running)
    assert list(temporary.iterdir()) == []
    # The person's own files were not touched.
    assert [path.name for path in gatehouse.home.iterdir()] == ["policy.json"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGABRT, signal.SIGKILL])
def test_an_end_by_a_signal_leaves_nothing_behind(demo: Terminal, temporary: Path, number: signal.Signals) -> None:
    demo.until(is_in_full_swing, "badges and live decisions", 10)
    running = ours(temporary)
    processes.kill([demo.pid], number)
    processes.all_gone(running)
    is_empty(temporary)


def test_without_a_terminal_it_is_text_and_leaves_nothing_behind(gatehouse: Gatehouse, temporary: Path) -> None:
    demo = Wire(gatehouse.start("demo", env={**gatehouse.environment, "TMPDIR": str(temporary)}))
    lines = []
    while not any(b"shop/" in line and b"deny" in line for line in lines):
        lines.append(demo.line() or b"")
        assert lines[-1], lines
    assert not any(b"\x1b" in line for line in lines)
    assert demo.finish() == 0
    assert "is no terminal" in demo.errors()
    processes.all_gone(ours(temporary))
    is_empty(temporary)


def test_a_keeper_that_is_killed_leaves_nothing_behind(demo: Terminal, temporary: Path) -> None:
    demo.until(is_in_full_swing, "badges and live decisions", 10)
    processes.kill([pid for pid in ours(temporary) if processes.command_line(pid)[1:2] == ["demo-keeper"]])
    demo.keys("q")
    # It waits five seconds for a keeper that may only be slow.
    eventually(lambda: ours(temporary) == [], 10, "processes of the demonstration")
    is_empty(temporary)
