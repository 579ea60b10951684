"""What is forwarded is recorded, whatever happens; and what cannot be recorded is not forwarded."""

import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.small_disk import SmallDisk, small_disks
from rig.waiting import eventually
from rig.wire import Wire, plain

COUNTED = str(Path(__file__).resolve().parent / "peers/counted.py")


def counted(gatehouse: Gatehouse, ran: Path) -> Wire:
    """The server that writes down what it ran, behind the gate."""
    return Wire(gatehouse.start("run", "--name", "counted", "--", sys.executable, COUNTED, str(ran)))


def call(number: int) -> bytes:
    """A call whose arguments nobody else's call has."""
    return json.dumps(
        {
            "jsonrpc": "2.0", "id": number, "method": "tools/call",
            "params": {"name": "count", "arguments": {"n": number}},
        },
        separators=(",", ":"),
    ).encode()


def digest(number: int) -> str:
    """The digest of its arguments, by which the record knows it."""
    return hashlib.sha256(json.dumps({"n": number}, separators=(",", ":")).encode()).hexdigest()


def recorded(gatehouse: Gatehouse) -> list[dict]:
    """Every line of the record that was written whole: lines that share a hash are by their last one."""
    lines = []
    for segment in sorted((gatehouse.home / "record").glob("*.jsonl")):
        whole = segment.read_bytes().split(b"\n")[:-1]
        while whole and b'"hash":' not in whole[-1]:
            whole.pop()
        lines += map(json.loads, whole)
    return lines


def allowed(gatehouse: Gatehouse) -> set[str]:
    return {e["args_digest"] for e in recorded(gatehouse) if e["event"] == "decision" and e["verdict"] == "allow"
            and "args_digest" in e}


def ran(path: Path) -> list[int]:
    """What the server wrote down."""
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_p5_the_record_holds_what_the_stream_tells(gatehouse: Gatehouse, tmp_path: Path) -> None:
    wire = counted(gatehouse, tmp_path / "ran")
    wire.initialize()
    stream = gatehouse.stream()
    for number in range(50):
        wire.send(call(number))
        wire.message()
    wire.finish()
    stream.until(lambda e: e["event"] == "session" and e["state"] == "closed")
    told = {e["seq"]: e for e in stream.events if e.get("seq") and e["event"] != "snapshot"}
    assert sum(e["event"] == "result" for e in told.values()) == 50

    def kept() -> bool:
        lines = {e["seq"]: e for e in recorded(gatehouse) if "seq" in e}
        return all({k: v for k, v in lines.get(n, {}).items() if k != "hash"} == e for n, e in told.items())

    assert eventually(kept, what="the whole stream in the record")
    assert sorted(allowed(gatehouse)) == sorted(digest(number) for number in range(50))


def test_p5_a_killed_gate_has_forwarded_nothing_that_is_not_recorded(gatehouse: Gatehouse, tmp_path: Path) -> None:
    number = 0
    log = tmp_path / "ran"
    last = 0
    for life in range(20):
        wire = counted(gatehouse, log)
        wire.initialize()
        gate, = gatehouse.gates()
        before = len(ran(log))
        stop = threading.Event()

        def load(start: int = number) -> None:
            mine = start
            while not stop.is_set():
                try:
                    for _ in range(64):
                        wire.process.stdin.write(call(mine) + b"\n")
                        mine += 1
                    wire.process.stdin.flush()
                except (BrokenPipeError, ValueError):
                    return

        reader = threading.Thread(target=wire.process.stdout.read, daemon=True)
        writer = threading.Thread(target=load, daemon=True)
        reader.start(), writer.start()
        eventually(lambda: len(ran(log)) > before + 20 + 7 * life, 20, "calls that ran")
        os.kill(gate, signal.SIGKILL)
        stop.set()
        wire.process.wait(10)
        writer.join(10), reader.join(10)
        eventually(lambda: not processes.is_alive(gate), what="the gate is gone")
        done = ran(log)
        assert len(done) == len(set(done))
        number = max(done) + 1_000_000
        numbers = [e["seq"] for e in recorded(gatehouse) if "seq" in e]
        assert numbers == sorted(set(numbers)) and numbers[-1] > last
        last = numbers[-1]
    # Whoever looks first writes what the last gate had no time to.
    gatehouse.run("log", "verify")
    assert not list((gatehouse.home / "record").glob("*.ahead"))
    missing = {digest(n) for n in ran(log)} - allowed(gatehouse)
    assert not missing, f"{len(missing)} of {len(ran(log))} calls ran and are not in the record"


def test_p5_a_stopped_subscriber_holds_up_no_call_and_is_told_what_it_missed(
    gatehouse: Gatehouse, tmp_path: Path
) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow", "tools": {"halt": {"action": "deny"}}})
    wire = counted(gatehouse, tmp_path / "ran")
    wire.initialize()
    gate, = gatehouse.gates()
    with open(tmp_path / "watched", "wb") as output:
        watch = gatehouse.start("watch", "--json", stdout=output)
    gatehouse.wait_for_subscribers(1)

    def seconds(start: int, count: int = 4_000) -> float:
        began = time.monotonic()
        for number in range(start, start + count, 50):
            wire.send(*(call(n) for n in range(number, number + 50)))
            for _ in range(50):
                wire.line()
        return time.monotonic() - began

    def resident() -> int:
        return int(Path(f"/proc/{gate}/statm").read_text().split()[1]) * 4096

    before = seconds(0)
    watch.send_signal(signal.SIGSTOP)
    seconds(10_000)
    memory = resident()
    during = min(seconds(20_000 + 10_000 * turn) for turn in range(3))
    assert during < 3 * before + 0.5
    assert resident() < memory + (8 << 20)
    watch.send_signal(signal.SIGCONT)

    def lines() -> list[dict]:
        return [json.loads(line) for line in (tmp_path / "watched").read_bytes().split(b"\n")[:-1]]

    # What was allowed may be lost to the last; what was denied is not.
    wire.call("halt", id="halt")
    events = eventually(lambda: [e for e in [lines()] if any(x.get("tool") == "halt" for x in e)], 20, "the denial")[0]
    missed = sum(e["missed"] for e in events if e["event"] == "gap")
    numbers = [e["seq"] for e in events if e.get("seq")]
    assert missed > 0 and numbers == sorted(set(numbers))
    assert len(numbers) + missed >= 2 * 20_000
    watch.kill(), watch.wait(10)


# A full disk


@pytest.fixture
def small_disk(gatehouse: Gatehouse) -> Iterator[SmallDisk]:
    yield from small_disks(gatehouse)


def test_p5_a_full_disk_denies_until_there_is_room(small_disk: SmallDisk, tmp_path: Path) -> None:
    log = tmp_path / "ran"
    wire = Wire(small_disk.start("run", "--private", "--name", "counted", "--", sys.executable, COUNTED, str(log)))
    wire.initialize()
    assert wire.ask("tools/call", {"name": "count", "arguments": {"n": 1}})["result"]["content"][0]["text"] == "done"
    small_disk.fill()
    denied = 0
    # A file has room up to the end of its last page.
    for number in range(2, 60):
        answer = wire.ask("tools/call", {"name": "count", "arguments": {"n": number}})
        decision = answer["result"].get("_meta", {}).get("gatehouse/decision")
        if decision:
            denied += 1
            assert (decision["verdict"], decision["rule"]) == ("deny", "(record)")
            assert "No space left on device" in decision["reason"]
            assert answer["result"]["isError"] is True
        else:
            assert denied == 0
        assert "result" in wire.ask("ping", id="p")
    assert denied > 30
    small_disk.make_room()
    for number in range(60, 64):
        answer = wire.ask("tools/call", {"name": "count", "arguments": {"n": number}})
        assert answer["result"]["content"][0]["text"] == "done", answer
    lines = small_disk.recorded()
    assert ran(log)[-4:] == [60, 61, 62, 63]
    recorded = {e.get("args_digest") for e in lines if e["event"] == "decision" and e["verdict"] == "allow"}
    assert {digest(number) for number in ran(log)} <= recorded
    resumed, = [e for e in lines if e["event"] == "record" and e["state"] == "resumed"]
    assert resumed["lost"] >= denied
    assert wire.finish() == 0


def test_calls_go_on_where_the_configuration_says_so(small_disk: SmallDisk, tmp_path: Path) -> None:
    (small_disk.home / "config.json").write_text('{"record": {"on_failure": "continue"}}')
    log = tmp_path / "ran"
    wire = Wire(small_disk.start("run", "--private", "--name", "counted", "--", sys.executable, COUNTED, str(log)))
    wire.initialize()
    small_disk.fill()
    for number in range(60):
        wire.ask("tools/call", {"name": "count", "arguments": {"n": number}})
    small_disk.make_room()
    wire.ask("tools/call", {"name": "count", "arguments": {"n": 60}})
    assert ran(log) == list(range(61))
    assert wire.finish() == 0
    resumed, = [e for e in small_disk.recorded() if e["event"] == "record" and e["state"] == "resumed"]
    assert resumed["lost"] > 30
    errors = wire.errors()
    assert "No space left on device" in errors and "the record is written again" in errors
