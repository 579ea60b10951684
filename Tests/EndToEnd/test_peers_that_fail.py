"""Servers and clients that stop, die or talk nonsense: who else notices, and what becomes of what they were asked."""

import fcntl
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rig import processes
from rig.caller import Caller, drive
from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import Wire, plain

COUNTING = [sys.executable, str(Path(__file__).resolve().parent / "peers/counting.py")]
PRIVATE = pytest.mark.parametrize("options", [[], ["--private"]], ids=["gate", "private"])


def counting(gatehouse: Gatehouse, name: str, *options: str, file: str = "ran") -> list[str]:
    return ["run", "--name", name, *options, "--", *COUNTING, str(gatehouse.home / file)]


def server_of(gatehouse: Gatehouse, file: str = "ran") -> int:
    """The one server that writes to a file."""
    ours = processes.with_environment(f"GATEHOUSE_HOME={gatehouse.home}")
    words = [sys.executable, COUNTING[1], str(gatehouse.home / file)]
    pid, = eventually(
        lambda: [pid for pid in ours if processes.command_line(pid)[:3] == words], what="the server")
    return pid


def median(wire: Wire, calls: int = 200) -> float:
    """The median of what calls take."""
    times = []
    for number in range(calls):
        start = time.perf_counter()
        wire.call("get_note", id=number)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def fill(number: int, length: int, most: int) -> int:
    """Writes calls to a pipe until nobody takes any more for a while; how many bytes were taken."""
    os.set_blocking(number, False)
    parameters = {"name": "get_note", "arguments": {"text": "x" * length}}
    taken, count, last = 0, 0, time.monotonic()
    rest = b""
    while time.monotonic() - last < 0.5 and taken < most:
        if not rest:
            count += 1
            rest = json.dumps({"jsonrpc": "2.0", "id": count, "method": "tools/call", "params": parameters}).encode()
            rest += b"\n"
        try:
            written = os.write(number, rest)
            taken, rest, last = taken + written, rest[written:], time.monotonic()
        except BlockingIOError:
            time.sleep(0.005)
    return taken


@pytest.mark.parametrize("who", ["server", "client"])
def test_p72_one_that_stands_still_holds_up_nobody_else(gatehouse: Gatehouse, who: str) -> None:
    other = plain(gatehouse)
    other.initialize()
    before = median(other)
    words = counting(gatehouse, "stuck")
    if who == "server":
        stuck = Wire(gatehouse.start(*words))
        stuck.initialize()
        processes.kill([server_of(gatehouse)], signal.SIGSTOP)
        length = 60_000
    else:
        # It reads none of its answers, which are longer than its calls.
        stuck = Wire(gatehouse.start(*words, "--pad", "50000"))
        stuck.initialize()
        length = 10_000
    # Until all pipes are full; what the gate keeps for them is bounded.
    most = 32 << 20
    taken = fill(stuck.process.stdin.fileno(), length, most)
    assert 1 << 20 <= taken < most
    # Other work on this machine comes and goes; who is held up is so all the time.
    during = [median(other)]
    while during[-1] > 3 * before + 0.001 and len(during) < 8:
        during.append(median(other))
    processes.kill([stuck.process.pid])
    stuck.process.wait(10)
    assert during[-1] <= 3 * before + 0.001, f"{before * 1e6:.0f} us became {[round(t * 1e6) for t in during]} us"
    assert other.finish() == 0


@PRIVATE
def test_p75_each_of_64_calls_is_answered_once_when_the_server_dies(gatehouse: Gatehouse, options: list[str]) -> None:
    words = ["run", "--name", "s", *options, "--", *COUNTING, str(gatehouse.home / "ran"), "--hold", "64"]
    caller = Caller(gatehouse.start(*words), "c", 64, window=64)
    drive([caller], lambda: caller.sent == 64 and not caller.wantsToWrite, 10)
    ran = gatehouse.home / "ran"
    eventually(lambda: ran.exists() and len(ran.read_text().splitlines()) == 64, what="64 calls")
    processes.kill([server_of(gatehouse)])
    drive([caller], lambda: caller.isDone and len(caller.answers) == 64, 10)
    assert set(caller.answers) == set(range(64)) and set(caller.answers.values()) == {1}
    assert all("ended by signal 9" in outcome for outcome in caller.outcomes.values())
    # Nobody starts it again: the client sees what it would see without a gate.
    drive([caller], lambda: caller.isOver, 10)
    assert caller.process.wait(10) == -signal.SIGKILL
    errors = caller.process.stderr.read().decode()
    assert "Traceback" not in errors


def test_p75_what_was_asked_before_a_death_could_be_known_is_answered(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    wire = Wire(gatehouse.start(*counting(gatehouse, "s")))
    wire.initialize()
    # The server's end and the client's questions, more than are read at once, reach the gate at the same time.
    fcntl.fcntl(wire.process.stdin, fcntl.F_SETPIPE_SZ, 1 << 20)
    parameters = {"name": "x", "arguments": {"text": "x" * 20_000}}
    processes.kill([gate.pid], signal.SIGSTOP)
    processes.kill([server_of(gatehouse)])
    for number in range(20):
        wire.send({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": parameters})
    processes.kill([gate.pid], signal.SIGCONT)
    assert sorted(wire.message()["id"] for _ in range(20)) == list(range(20))
    assert wire.line() is None
    assert wire.process.wait(10) == -signal.SIGKILL


def test_p75_a_server_that_dies_is_told_of(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    wire = Wire(gatehouse.start(*counting(gatehouse, "s")))
    wire.initialize()
    stream = gatehouse.stream()
    processes.kill([server_of(gatehouse)], signal.SIGSEGV)
    event = stream.until(lambda event: event["event"] == "server" and event["state"] == "exited")
    assert event["detail"] == "ended by signal 11"
    server, = stream.ask({"op": "snapshot"})["servers"]
    assert (server["state"], server["last_error"]) == ("failed", "ended by signal 11")
    assert wire.process.wait(10) == -signal.SIGSEGV
    # A session that ends as sessions do is no failure.
    again = plain(gatehouse, "--stubborn")
    again.initialize()
    processes.kill([again.process.pid])
    again.process.wait(10)
    eventually(lambda: stream.ask({"op": "status"})["sessions"] == 0, what="the session's end")
    assert {s["name"]: s["state"] for s in stream.ask({"op": "snapshot"})["servers"]} == {"s": "failed", "notes": "idle"}


BURST = """
import sys
while line := sys.stdin.readline():
    pass
# What a server says last comes in pieces, and without its end.
for piece in ('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info",', '"data":"last"}}'):
    sys.stdout.write(piece); sys.stdout.flush()
sys.exit(4)
"""


@PRIVATE
def test_p72_the_last_words_of_a_server_arrive_whole(gatehouse: Gatehouse, options: list[str]) -> None:
    done = subprocess.run(
        [gatehouse.binary, "run", *options, "--name", "s", "--", sys.executable, "-c", BURST], input=b"",
        capture_output=True, env=gatehouse.environment, cwd=gatehouse.home, timeout=20)
    assert done.returncode == 4
    assert [json.loads(line)["params"]["data"] for line in done.stdout.splitlines()] == ["last"]


NUL = """
import json, sys
for line in sys.stdin:
    m = json.loads(line)
    if m.get("method") == "initialize":
        r = {"protocolVersion": m["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "n", "version": "1"}}
    elif m.get("method") == "tools/list":
        r = {"tools": [{"name": "NAME", "inputSchema": {"type": "object"}}]}
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}).replace("NAME", sys.argv[1].encode().decode("unicode_escape")), flush=True)
"""


@pytest.mark.parametrize("name", ["a\\x00b", "a\\x01b", 'a"b', "a\\\\q"], ids=["NUL", "control", "quote", "escape"])
def test_a_list_of_tools_that_nobody_can_read_ends_a_scan_at_once(gatehouse: Gatehouse, tmp_path: Path, name: str) -> None:
    program = tmp_path / "nul.py"
    program.write_text(NUL)
    gatehouse.succeed("servers", "add", "odd", "--", sys.executable, str(program), name)
    # Half of the time that a scan may take.
    done = gatehouse.run("servers", "scan", timeout=15)
    assert done.returncode == 1
    assert "the server's answer cannot be read" in done.stdout + done.stderr, done
