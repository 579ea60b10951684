"""Ten thousand calls, and everything that can happen to those who take part in them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rig import processes
from rig.caller import Caller, drive
from rig.gatehouse import Gatehouse
from rig.waiting import eventually

COUNTING = [sys.executable, str(Path(__file__).resolve().parent / "peers/counting.py")]
SESSIONS = 8
#: Of each session; six of the eight live through their round, and there are two rounds.
CALLS = 1_800
#: So many calls the server that is killed leaves without an answer.
HELD = 8
FULL_DISK = pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("unshare")
    or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0,
    reason="needs a file system of its own",
)
#: Mounts a small file system where the gate writes, for the gate alone.
SMALL_DISK = """
set -e
mkdir -p disk record counters
mount -t tmpfs -o size=48m,mode=700 none disk
for name in record counters; do mkdir disk/$name; mount --bind disk/$name $name; done
exec "$0" serve
"""


class Disk:
    """The file system of a gate that has a small one, as the gate sees it."""

    def __init__(self, gate: int, home: Path) -> None:
        self.root = Path(f"/proc/{gate}/root{home}")
        self._ballast = self.root / "disk/ballast"

    def fill(self) -> None:
        with open(self._ballast, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65_536)
            except OSError:
                pass

    def free(self) -> None:
        self._ballast.unlink()

    def record(self) -> list[dict]:
        lines = []
        for path in sorted((self.root / "record").glob("*.jsonl")):
            lines += [json.loads(line) for line in path.read_bytes().splitlines()]
        return lines


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def zombies(parent: int) -> list[int]:
    return [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and processes.parent(int(folder.name)) == parent
        and not processes.is_alive(int(folder.name))
    ]


@FULL_DISK
def test_p3_ten_thousand_calls_with_everything_that_can_happen(gatehouse: Gatehouse) -> None:
    command = ["unshare", "--mount", "sh", "-c", SMALL_DISK, gatehouse.binary]
    gate = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=gatehouse.environment, cwd=gatehouse.home)
    eventually(gatehouse.socket.exists, what="the gate does not listen")
    status = gatehouse.stream(subscribe=False)

    def measure() -> tuple[int, int]:
        eventually(lambda: status.ask({"op": "status"})["sessions"] == 0, 20, "sessions stay")
        eventually(lambda: processes.children(gate.pid) + zombies(gate.pid) == [], what="children stay")
        return descriptors(gate.pid), resident(gate.pid)

    def watchers(count: int) -> bool:
        return status.ask({"op": "status"})["subscribers"] == count

    # One subscriber stands still all the time.
    stalled = gatehouse.start("watch", "--json", stdin=subprocess.DEVNULL)
    eventually(lambda: watchers(1), what="the watcher")
    processes.kill([stalled.pid], signal.SIGSTOP)
    try:
        play(gatehouse, gate.pid, Disk(gate.pid, gatehouse.home), measure)
    finally:
        processes.kill([stalled.pid])
        stalled.wait(10)
    gate.terminate()
    assert gate.wait(10) == 0


def play(gatehouse: Gatehouse, gate: int, disk: "Disk", measure: Callable[[], tuple[int, int]]) -> None:
    ran: Counter[str] = Counter()
    sent = 0
    measured: list[tuple[int, int]] = []
    for number in range(2):
        round = Round(gatehouse, gate, disk, f"r{number}")
        round.play()
        ran += round.ran()
        sent += sum(caller.sent for caller in round.callers)
        measured.append(measure())
    assert sent > 10_000
    # Nothing ran twice, and nothing that ran is missing in the record.
    assert [tool for tool, times in ran.items() if times > 1] == []
    decisions = [line for line in disk.record() if line["event"] == "decision" and "tool" in line]
    allowed = Counter(line["tool"] for line in decisions if line["verdict"] == "allow")
    assert set(allowed.values()) == {1}
    assert set(ran) - set(allowed) == set()
    enter = ["nsenter", f"--mount=/proc/{gate}/ns/mnt", "--wd=/", gatehouse.binary, "log", "verify"]
    verified = subprocess.run(enter, env=gatehouse.environment, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    # The first round fills what is kept; the second adds nothing.
    (descriptors, memory), (descriptors_later, memory_later) = measured
    assert descriptors_later == descriptors
    assert memory_later <= memory + (4 << 20), f"{memory} bytes became {memory_later}"


class Round:
    """Eight sessions and what happens to them."""

    def __init__(self, gatehouse: Gatehouse, gate: int, disk: Disk, name: str) -> None:
        self.gate = gate
        self.disk = disk
        self.files = [gatehouse.home / f"{name}-{number}.ran" for number in range(SESSIONS)]
        self.callers = []
        for number, file in enumerate(self.files):
            server = [*COUNTING, str(file), *(["--hold", str(HELD)] if number == 1 else [])]
            process = gatehouse.start("run", "--name", f"s{number}", "--", *server, stderr=subprocess.DEVNULL)
            self.callers.append(Caller(process, f"{name}-{number}", CALLS))

    def answered(self) -> int:
        return sum(len(caller.answers) for caller in self.callers)

    def until(self, count: int) -> None:
        drive(self.callers, lambda: self.answered() >= count, 30)

    def play(self) -> None:
        total = SESSIONS * CALLS
        killed, lost, *others = self.callers
        self.until(total // 10)
        # A client is killed, and with it its session.
        processes.kill([killed.process.pid])
        killed.process.wait(10)
        self.until(total // 5)
        # A server is killed that has calls to answer.
        server, = [pid for pid in processes.children(self.gate) if str(self.files[1]) in processes.command_line(pid)]
        lost.total = lost.sent
        drive(self.callers, lambda: not lost.wantsToWrite, 10)
        processes.kill([server])
        self.until(total // 3)
        # The gate stands still for a while.
        processes.kill([self.gate], signal.SIGSTOP)
        time.sleep(0.3)
        processes.kill([self.gate], signal.SIGCONT)
        self.until(total // 2)
        # The disk is full for a while, also of what the gate had kept for itself: calls go on to be answered, whatever with.
        drive(others, lambda: self.disk.fill() or self.isDenied(others) or all(c.isDone for c in others), 30)
        rest = min(len(caller.answers) for caller in others) + 50
        drive(others, lambda: min(len(caller.answers) for caller in others) >= min(rest, CALLS), 30)
        self.disk.free()
        drive(self.callers, lambda: all(caller.isDone for caller in self.callers), 30)
        # Each request was answered once and no more, also those of the server that was killed.
        for caller in [lost, *others]:
            assert set(caller.answers.values()) == {1}
            assert set(caller.answers) == set(range(caller.sent)), caller.name
        assert all(caller.sent == CALLS for caller in others)
        assert sum("ended by signal 9" in outcome for outcome in lost.outcomes.values()) >= HELD
        assert lost.finish() == -signal.SIGKILL
        assert {caller.finish() for caller in others} == {0}
        # What the disk had no room for was denied, and so did not run; the rest did.
        ran = self.ran()
        for caller in others:
            for number, outcome in caller.outcomes.items():
                assert (outcome == "ok") == (caller.tool(number) in ran), (caller.tool(number), outcome)
                assert outcome == "ok" or "(record)" in outcome, outcome
        assert self.isDenied(others)
        for stream in (killed.process.stdin, killed.process.stdout):
            stream.close()

    @staticmethod
    def isDenied(callers: list[Caller]) -> bool:
        return any("(record)" in outcome for caller in callers for outcome in caller.outcomes.values())

    def ran(self) -> Counter[str]:
        return Counter(line for file in self.files for line in file.read_text().splitlines())
