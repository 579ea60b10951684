"""A gate inside the process of its one client is reached like any other, by the socket that it names."""

import json
import os
import stat
from pathlib import Path

import pytest

from rig.approvals import asking
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, refusal

POLICY = {"version": "1", "default": "allow", "tools": {"delete_note": asking()}}


def start(gatehouse: Gatehouse, *words: str) -> tuple[Wire, Path]:
    """The client's end, and the gate's socket."""
    gatehouse.set_policy(POLICY)
    wire = Wire(gatehouse.start(*words), within=30)
    wire.initialize()
    socket = gatehouse.home / f"private-{wire.process.pid}" / "gate.sock"
    assert socket.exists()
    return wire, socket


def ask(wire: Wire) -> None:
    wire.send({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "delete_note", "arguments": {}}})


@pytest.mark.parametrize("words", [
    ["run", "--private", "--name", "notes", "--", *PLAIN], ["connect", "--private", "notes"],
], ids=["run", "connect"])
def test_calls_that_wait_are_decided(gatehouse: Gatehouse, words: list[str]) -> None:
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    wire, socket = start(gatehouse, *words)
    assert stat.S_IMODE(os.stat(socket).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(socket.parent).st_mode) == 0o700
    ask(wire)
    # It is named where a call waits, and not before.
    assert wire.process.stderr
    assert wire.process.stderr.readline().decode().endswith(f"a call waits for a person; this private gate listens at {socket}\n")
    pending = ["pending", "--json", "--socket", str(socket)]
    waits, = eventually(lambda: json.loads(gatehouse.person.succeed(*pending)), what="the call to wait")
    # Nobody below the client decides, here as elsewhere.
    done = gatehouse.run("approve", waits["id"], "--socket", str(socket))
    assert done.returncode == 1 and "may not" in done.stderr
    gatehouse.person.succeed("approve", waits["id"], "--socket", str(socket))
    assert wire.message()["result"].get("isError") is not True
    wire.process.stdin.close()
    assert wire.process.wait(20) == 0
    assert not socket.parent.exists()


def test_a_console_decides(gatehouse: Gatehouse) -> None:
    wire, socket = start(gatehouse, "run", "--private", "--name", "notes", "--", *PLAIN)
    console = Terminal([gatehouse.binary, "--socket", str(socket)], gatehouse.environment)
    try:
        console.shows("gate ● up", within=30)
        console.focus()
        ask(wire)
        console.shows("▲ 1 call waits", within=30)
        console.keys("3")
        console.shows("armed", within=30)
        console.keys("d")
        assert "denied" in refusal(wire.message())
    finally:
        console.close()
    wire.process.terminate()
    wire.process.wait(20)
    assert not socket.parent.exists()


def test_each_has_its_own_and_what_is_left_of_one_that_was_killed_hurts_nobody(gatehouse: Gatehouse) -> None:
    words = ["run", "--private", "--name", "notes", "--", *PLAIN]
    one, first = start(gatehouse, *words)
    other, second = start(gatehouse, *words)
    assert first != second
    assert json.loads(gatehouse.succeed("status", "--json", "--socket", str(first)))["pid"] == one.process.pid
    one.process.kill()
    one.process.wait()
    assert gatehouse.run("status", "--socket", str(first)).returncode == 1
    assert json.loads(gatehouse.succeed("status", "--json", "--socket", str(second)))["pid"] == other.process.pid
    # It can be stopped by it, too.
    gatehouse.person.succeed("stop", "--socket", str(second))
    other.process.wait(20)
    assert not second.parent.exists()


@pytest.mark.parametrize("next", ["private", "serve"])
def test_what_a_killed_one_left_goes_when_the_next_gate_starts(gatehouse: Gatehouse, next: str) -> None:
    words = ["run", "--private", "--name", "notes", "--", *PLAIN]
    dead, left = start(gatehouse, *words)
    alive, other = start(gatehouse, *words)
    dead.process.kill()
    dead.process.wait()
    assert left.exists()
    if next == "serve":
        gatehouse.serve()
    else:
        last, _ = start(gatehouse, *words)
        last.process.terminate()
        last.process.wait(20)
    assert not left.parent.exists()
    assert json.loads(gatehouse.succeed("status", "--json", "--socket", str(other)))["pid"] == alive.process.pid
    alive.process.terminate()
    alive.process.wait(20)


def test_where_no_socket_can_be_made_calls_pass_all_the_same(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(POLICY)
    environment = {**gatehouse.environment, "GATEHOUSE_SOCKET": "/proc/gate.sock"}
    wire = Wire(gatehouse.start("run", "--private", "--name", "notes", "--", *PLAIN, env=environment), within=30)
    assert wire.process.stderr and b"cannot be decided" in wire.process.stderr.readline()
    wire.initialize()
    assert wire.call("get_note")["result"].get("isError") is not True
    wire.process.stdin.close()
    assert wire.process.wait(20) == 0
