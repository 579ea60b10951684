"""Processes: one gate, exit statuses, and what ends with what."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.stream import Stream
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain, refusal


def register(gatehouse: Gatehouse, *options: str, name: str = "notes") -> None:
    gatehouse.succeed("servers", "add", name, "--", *PLAIN, *options)


def servers(gatehouse: Gatehouse) -> list[int]:
    """The plain servers, and their helpers, that run for this home."""
    ours = processes.with_environment(f"GATEHOUSE_HOME={gatehouse.home}")
    return [pid for pid in ours if processes.command_line(pid)[:1] == [sys.executable]]


def test_a_registered_server_is_reached_by_its_name(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    wire = Wire(gatehouse.start("connect", "notes"))
    assert wire.initialize()["result"]["serverInfo"]["name"] == "plain"
    assert wire.call("get_note")["result"]["content"][0]["text"] == "did get_note"
    assert wire.finish() == 0


def test_racing_starts_end_in_one_gate(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    wires = [Wire(gatehouse.start("connect", "notes")) for _ in range(8)]
    for wire in wires:
        wire.initialize()
    assert len(gatehouse.gates()) == 1
    assert gatehouse.stream().ask({"op": "status"})["sessions"] == 8
    assert [wire.finish() for wire in wires] == [0] * 8


def test_a_gate_that_is_there_is_used(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    wire = plain(gatehouse)
    wire.initialize()
    assert gatehouse.stream().hello["pid"] == gate.pid
    second = gatehouse.run("serve")
    assert second.returncode == 1
    assert str(gatehouse.socket) in second.stderr and "gatehouse stop" in second.stderr


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", -15), ("kill -KILL $$", -9)],
)
def test_p74_the_server_s_exit_status_is_passed_on(gatehouse: Gatehouse, script: str, status: int) -> None:
    # A server that a signal ended ends the client's side with that signal, as if there were no gate.
    done = gatehouse.run("run", "--", "sh", "-c", f"echo oops >&2; {script}")
    assert (done.returncode, done.stdout) == (status, "")
    assert "oops\n" in done.stderr


def test_p73_nothing_of_what_a_server_complains_is_lost(gatehouse: Gatehouse) -> None:
    script = "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 1"
    done = gatehouse.run("run", "--", "sh", "-c", script)
    assert (done.returncode, done.stderr) == (1, "x" * 3_000_000 + "the end\n")


def test_p74_the_server_s_exit_status_after_the_client_s_end_is_passed_on(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse, "--status", "5")
    wire.initialize()
    assert wire.finish() == 5


@pytest.mark.parametrize("start", [["run", "--", "/not/there"], ["run", "--", "no-such-program-x"]])
def test_a_program_that_cannot_start_is_reported(gatehouse: Gatehouse, start: list[str]) -> None:
    done = gatehouse.run(*start)
    assert done.returncode not in (0, 2)
    assert start[-1] in done.stderr


def test_an_unknown_name_is_reported(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    done = gatehouse.run("connect", "nots")
    assert (done.returncode, done.stdout) == (1, "")
    assert "`nots`" in done.stderr and "gatehouse servers" in done.stderr


def test_no_start_refuses_to_start_a_gate(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    done = gatehouse.run("connect", "--no-start", "notes")
    assert done.returncode == 1
    assert "gatehouse serve" in done.stderr
    assert gatehouse.gates() == []


@pytest.mark.parametrize("how", ["run", "connect"])
def test_private_keeps_the_gate_inside_the_process(gatehouse: Gatehouse, how: str) -> None:
    gatehouse.set_policy({"version": "1", "default": "deny", "tools": {"get_note": {}}})
    register(gatehouse)
    start = ["run", "--private", "--name", "notes", "--", *PLAIN] if how == "run" else ["connect", "--private", "notes"]
    wire = Wire(gatehouse.start(*start))
    wire.initialize()
    assert wire.call("get_note")["result"]["isError"] is False
    assert "(default)" in refusal(wire.call("delete_note"))
    assert gatehouse.gates() == []
    assert wire.finish() == 0
    processes.all_gone(servers(gatehouse))


def test_p74_when_the_gate_is_killed_everything_it_guards_ends(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    ours = eventually(lambda: servers(gatehouse), what="a server")
    gate, = gatehouse.gates()
    processes.kill([gate])
    assert wire.line() is None
    assert wire.process.wait(10) not in (0, 2)
    assert "gate" in wire.errors()
    processes.all_gone(ours)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_p74_when_the_client_s_side_is_killed_the_server_ends(gatehouse: Gatehouse, number: signal.Signals) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    ours = eventually(lambda: servers(gatehouse), what="a server")
    processes.kill([wire.process.pid], number)
    wire.process.wait(10)
    processes.all_gone(ours)
    assert len(gatehouse.gates()) == 1


def test_p74_a_server_that_will_not_end_is_ended_with_all_it_started(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse, "--stubborn")
    wire.initialize()
    ours = eventually(lambda: [pids for pids in [servers(gatehouse)] if len(pids) == 2], what="two processes")[0]
    wire.process.stdin.close()
    processes.all_gone(ours, within=15)
    assert wire.process.wait(10) == -signal.SIGKILL


def test_p74_a_gate_that_is_asked_to_stop_ends_and_leaves_no_socket(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    ours = [*servers(gatehouse), *gatehouse.gates()]
    gatehouse.person.stream(subscribe=False).send({"op": "stop"})
    processes.all_gone(ours)
    assert not gatehouse.socket.exists()
    wire.process.wait(10)
    again = plain(gatehouse)
    again.initialize()


def test_a_socket_that_a_killed_gate_left_is_no_obstacle(gatehouse: Gatehouse) -> None:
    plain(gatehouse).initialize()
    gates = gatehouse.gates()
    processes.kill(gates)
    processes.all_gone(gates)
    assert gatehouse.socket.exists()
    plain(gatehouse).initialize()
    assert len(gatehouse.gates()) == 1


def test_only_the_user_can_open_what_the_gate_keeps(gatehouse: Gatehouse) -> None:
    register(gatehouse)
    plain(gatehouse).initialize()
    modes = {
        path.name: oct(stat.S_IMODE(path.stat().st_mode))
        for path in gatehouse.home.rglob("*")
        if not path.name.startswith("policy.json")
    }
    assert modes["gate.sock"] == "0o600"
    assert modes["servers.json"] == "0o600"
    folders = {path.name for path in gatehouse.home.rglob("*") if path.is_dir()}
    assert {name: mode for name, mode in modes.items() if mode != ("0o700" if name in folders else "0o600")} == {}


ANOTHER_USER = """
import json, socket, sys
client = socket.socket(socket.AF_UNIX)
client.settimeout(10)
client.connect(sys.argv[1])
answer = b""
try:
    client.sendall(b'{"op":"hello","version":1}\\n{"op":"snapshot","id":1}\\n')
    while data := client.recv(65536):
        answer += data
except (BrokenPipeError, ConnectionResetError):
    pass
print(answer.decode())
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_refused_even_where_the_files_would_let_it(gatehouse: Gatehouse) -> None:
    plain(gatehouse).initialize()
    for path in (gatehouse.home, gatehouse.socket):
        path.chmod(0o777)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", ANOTHER_USER,
         str(gatehouse.socket)],
        capture_output=True, text=True, timeout=20,
    )
    assert done.returncode == 0, done.stderr
    assert "snapshot" not in done.stdout and "policy_path" not in done.stdout
    with Stream(gatehouse.socket) as mine:
        assert mine.hello["version"] == 1


def test_many_sessions_leave_no_descriptor_behind(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    descriptors = Path(f"/proc/{gate.pid}/fd")

    def once() -> None:
        wire = plain(gatehouse)
        wire.initialize()
        assert wire.finish() == 0

    once()
    stream = gatehouse.stream()
    eventually(lambda: stream.ask({"op": "status"})["sessions"] == 0, what="the session's end")
    before = len(list(descriptors.iterdir()))
    for _ in range(10):
        once()
    eventually(lambda: stream.ask({"op": "status"})["sessions"] == 0, what="the sessions' end")
    eventually(lambda: len(list(descriptors.iterdir())) <= before, what="descriptors stay open")


def test_connections_that_only_connect_do_not_stop_the_gate(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    idle = []
    for _ in range(200):
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(gatehouse.socket))
        idle.append(client)
    plain(gatehouse).initialize()
    for client in idle:
        client.close()
