"""What goes wrong at three in the morning: descriptors closed, processes killed, peers that stand still."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain

PRIVATE = pytest.mark.parametrize("options", [[], ["--private"]], ids=["gate", "private"])


def shell(gatehouse: Gatehouse, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a shell script whose `"$0" "$@"` is the program with these words."""
    return subprocess.run(
        ["sh", "-c", script, gatehouse.binary, *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, env=gatehouse.environment,
        cwd=gatehouse.home,
    )


# Descriptors


@PRIVATE
@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_p70_closed_standard_descriptors_are_empty_ones(gatehouse: Gatehouse, options: list[str], closed: str) -> None:
    words = ["run", *options, "--", "sh", "-c", "cat; exit 5"]
    assert shell(gatehouse, f'exec "$0" "$@" {closed}', *words).returncode == 5


@pytest.mark.parametrize("words", [["--help"], ["tools"], ["servers", "list"]], ids=" ".join)
def test_what_cannot_be_printed_is_an_error(gatehouse: Gatehouse, words: list[str]) -> None:
    done = shell(gatehouse, 'exec "$0" "$@" >/dev/full', *words)
    assert done.returncode == 1
    assert "standard output" in done.stderr and "No space left" in done.stderr


def test_a_reader_that_leaves_early_is_none(gatehouse: Gatehouse) -> None:
    done = shell(gatehouse, '"$0" "$@" | head -n 1', "--help")
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


@PRIVATE
def test_a_program_that_cannot_start_ends_at_once(gatehouse: Gatehouse, options: list[str]) -> None:
    done = gatehouse.run("run", *options, "--", "/not/there", timeout=10)
    assert done.returncode == 127
    assert "/not/there" in done.stderr


@PRIVATE
def test_p3_a_client_that_reads_late_gets_every_last_answer(gatehouse: Gatehouse, options: list[str]) -> None:
    wire = Wire(gatehouse.start("run", *options, "--name", "notes", "--", *PLAIN), within=20)
    count = 6_000

    def ask() -> None:
        for number in range(count):
            parameters = {"name": "get_note", "arguments": {}}
            wire.send({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": parameters})
        wire.process.stdin.close()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(20)
    # Longer than the gate waits for anything else of a server that has ended.
    time.sleep(6)
    answers = [json.loads(wire.line())["id"] for _ in range(count)]
    assert answers == list(range(count))
    assert wire.line() is None
    assert wire.process.wait(10) == 0


# Killed and stopped gates


def test_a_gate_that_is_killed_before_it_answers_is_replaced(gatehouse: Gatehouse) -> None:
    plain(gatehouse).initialize()
    gate, = gatehouse.gates()
    processes.kill([gate], signal.SIGSTOP)
    wire = plain(gatehouse)
    eventually(lambda: has_socket(wire.process.pid), what="the client's connection")
    processes.kill([gate])
    assert wire.initialize()["result"]["serverInfo"]["name"] == "plain"
    assert wire.finish() == 0


def has_socket(pid: int) -> bool:
    try:
        return any(os.readlink(path).startswith("socket:") for path in Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:
        return False


def test_a_gate_that_stands_still_is_told_from_one_that_is_none(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    processes.kill([gate.pid], signal.SIGSTOP)
    try:
        done = gatehouse.run("status", timeout=20)
    finally:
        processes.kill([gate.pid], signal.SIGCONT)
    assert done.returncode == 1
    assert "does not answer" in done.stderr


def test_clients_that_come_all_at_once_are_let_in(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    processes.kill([gate.pid], signal.SIGSTOP)
    clients = [gatehouse.start("status", stdin=subprocess.DEVNULL) for _ in range(100)]
    try:
        eventually(lambda: all(has_socket(client.pid) or client.poll() is not None for client in clients), what="100")
    finally:
        processes.kill([gate.pid], signal.SIGCONT)
    assert {(client.wait(20), client.stderr.read()) for client in clients} == {(0, b"")}


# Files that go under a gate at work


def test_a_socket_that_was_removed_is_made_anew(gatehouse: Gatehouse) -> None:
    first = plain(gatehouse)
    first.initialize()
    gatehouse.socket.unlink()
    second = plain(gatehouse)
    second.initialize()
    assert len(gatehouse.gates()) == 1
    assert [first.finish(), second.finish()] == [0, 0]


def test_a_gate_whose_place_was_taken_leaves_it_alone(gatehouse: Gatehouse) -> None:
    first = plain(gatehouse)
    first.initialize()
    older, = gatehouse.gates()
    # It stands still while its files go and another takes its place, so that it cannot mend them before.
    processes.kill([older], signal.SIGSTOP)
    gatehouse.socket.unlink()
    lock_of(gatehouse).unlink()
    second = plain(gatehouse)
    second.initialize()
    processes.kill([older], signal.SIGCONT)
    assert first.call("get_note")["result"]["isError"] is False
    assert first.finish() == 0
    processes.all_gone([older])
    assert gatehouse.socket.exists() and lock_of(gatehouse).exists()
    assert len(gatehouse.gates()) == 1
    third = plain(gatehouse)
    third.initialize()
    assert gatehouse.stream().ask({"op": "status"})["sessions"] == 2


def test_a_gate_that_lost_socket_and_lock_takes_them_again(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    lock_of(gatehouse).unlink()
    gatehouse.socket.unlink()
    eventually(gatehouse.socket.exists, what="the socket")
    assert gatehouse.stream().hello["pid"] == gate.pid
    assert lock_of(gatehouse).exists()
    assert gatehouse.run("serve").returncode == 1


def lock_of(gatehouse: Gatehouse) -> Path:
    return gatehouse.socket.with_name("gate.sock.lock")


def test_a_client_that_comes_while_a_gate_ends_gets_the_next_one(gatehouse: Gatehouse) -> None:
    # Its server takes five seconds to end, and so does the gate.
    slow = plain(gatehouse, "--stubborn")
    slow.initialize()
    older, = gatehouse.gates()
    gatehouse.person.stream(subscribe=False).ask({"op": "stop"})
    next = Wire(gatehouse.start("run", "--name", "notes", "--", *PLAIN), within=20)
    next.initialize()
    assert older not in gatehouse.gates()
    assert next.finish() == 0


# Crowds and hostile names

CROWD = [sys.executable, str(Path(__file__).resolve().parent / "peers/crowd.py")]


def crowd(gatehouse: Gatehouse, number: int) -> Wire:
    wire = Wire(gatehouse.start("run", "--name", "crowd", "--", *CROWD, str(number)), within=60)
    wire.initialize()
    return wire


def test_more_tools_than_are_kept_are_cut_and_not_forgotten(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    stream = gatehouse.stream()
    wire = crowd(gatehouse, 10_050)
    assert len(wire.ask("tools/list")["result"]["tools"]) == 10_050
    stream.until(lambda event: event["event"] == "tools_changed", within=60)
    # One of the first ten thousand has a name that is too long for any call.
    assert len(json.loads(gatehouse.succeed("tools", "--json", timeout=60))) == 9_999


@pytest.mark.parametrize("words", [["tools"], ["tools", "--json"], ["watch"], ["watch", "--json"]], ids=" ".join)
def test_no_name_reaches_a_terminal_as_it_is(gatehouse: Gatehouse, words: list[str]) -> None:
    gatehouse.serve()
    watch = gatehouse.start(*words, "--since", "0", stdin=subprocess.DEVNULL) if words[0] == "watch" else None
    stream = gatehouse.stream()
    wire = crowd(gatehouse, 20)
    tools = wire.ask("tools/list")["result"]["tools"]
    for tool in tools:
        wire.call(tool["name"])
    stream.until(lambda event: event["event"] == "decision" and event.get("tool") == tools[-1]["name"])
    if watch:
        last = tools[-1]["name"].encode()
        lines = [watch.stdout.readline()]
        while last not in lines[-1]:
            lines.append(watch.stdout.readline())
        watch.terminate()
        watch.wait(10)
        text = b"".join(lines).decode()
    else:
        text = gatehouse.succeed(*words)
    # A call under a name with control characters is refused before it has a name at all.
    assert ("gnp.exe" if watch else "owned") in text
    bad = {character for character in text if not character.isprintable()} - {"\n", "\t"}
    assert bad == set()


# A catalogue that somebody else holds


def test_who_holds_the_catalogue_holds_no_call(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    holder = sqlite3.connect(gatehouse.home / "gatehouse.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    wire.ask("tools/list")
    wire.ask("tools/list", {"cursor": "2"})
    wire.call("get_note")
    took = time.monotonic() - start
    holder.execute("ROLLBACK")
    holder.close()
    # A writer waits two seconds for another.
    assert took < 1
    eventually(lambda: len(json.loads(gatehouse.succeed("tools", "--json"))) == 3, what="the tools in the catalogue")


EXHAUSTED = """
import ctypes, os, sys
library = ctypes.CDLL(None)
while library.inotify_init1(os.O_CLOEXEC) >= 0:
    pass
print("none left", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="it takes all that a user has, so it needs a user of its own")
def test_a_policy_is_watched_where_the_system_watches_no_more_files(gatehouse: Gatehouse) -> None:
    user = ["setpriv", "--reuid=64999", "--regid=64999", "--clear-groups"]
    hoarder = subprocess.Popen(
        [*user, "/usr/bin/python3", "-c", EXHAUSTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    program = gatehouse.home / "gatehouse"
    try:
        assert hoarder.stdout.readline() == b"none left\n"
        shutil.copy(gatehouse.binary, program)
        for path in (gatehouse.home, program, gatehouse.policy_file):
            os.chown(path, 64999, 64999)
        command = [*user, str(program), "run", "--private", "--", "/usr/bin/python3", "-c", PLAIN_TEXT]
        wire = Wire(subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=gatehouse.home,
            env=gatehouse.environment))
        wire.initialize()
        assert wire.call("get_note")["result"]["isError"] is False
        gatehouse.set_policy({"version": "1", "default": "deny"})
        os.chown(gatehouse.policy_file, 64999, 64999)
        eventually(lambda: wire.call("get_note")["result"]["isError"], 1, "the policy's change")
        assert wire.finish() == 0
    finally:
        hoarder.communicate()


#: The plain server as a text: its file may lie where another user cannot read it.
PLAIN_TEXT = Path(PLAIN[1]).read_text()


def test_a_gate_without_descriptors_denies_and_recovers(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    wire = plain(gatehouse)
    wire.initialize()
    before = resource.prlimit(gate.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(gate.pid, resource.RLIMIT_NOFILE, (3, before[1]))
    gatehouse.set_policy({"version": "1", "default": "allow", "description": "another"})
    eventually(lambda: wire.call("get_note")["result"]["isError"], what="the denial")
    resource.prlimit(gate.pid, resource.RLIMIT_NOFILE, before)
    eventually(lambda: not wire.call("get_note")["result"]["isError"], what="the policy")
    assert wire.finish() == 0
