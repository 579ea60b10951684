"""Processes by what /proc tells of them."""

import os
import signal
from pathlib import Path

from .waiting import eventually


def with_environment(entry: str) -> list[int]:
    """The live processes, other than this one, that have `NAME=value` in their environment."""
    wanted = entry.encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in environment and is_alive(int(folder.name)):
            found.append(int(folder.name))
    return sorted(found)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def command_line(pid: int) -> list[str]:
    """The program and arguments of a process; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def parent(pid: int) -> int | None:
    """The process that started it; None if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[1])


def children(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [child for child in pids if parent(child) == pid and is_alive(child)]


def kill(pids: list[int], number: signal.Signals = signal.SIGKILL) -> None:
    """Sends a signal to each, whether or not it still runs."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def all_gone(pids: list[int], within: float = 20) -> None:
    """Waits until none of them runs."""
    eventually(
        lambda: not [pid for pid in pids if is_alive(pid)],
        within,
        lambda: "still running: " + "; ".join(f"{p} {command_line(p)}" for p in pids if is_alive(p)),
    )
