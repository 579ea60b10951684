"""The processes that the gate starts: what they get, and how they end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain

PRIVATE = pytest.mark.parametrize("options", [[], ["--private"]], ids=["gate", "private"])

#: Tells all that a process got from whoever started it, and ends.
TELL = """
import json, os, sys
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
try:
    folder = os.getcwdb().hex()
except FileNotFoundError:
    folder = "gone"
told = json.dumps({
    "words": [os.fsencode(word).hex() for word in sys.argv[2:]],
    "environment": {name.hex(): value.hex() for name, value in os.environb.items()},
    "folder": folder,
    "inode": os.stat(".").st_ino,
    "umask": status["Umask"],
    "blocked": status["SigBlk"], "ignored": status["SigIgn"],
    # The folder itself is open while it is listed.
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
    "leads": os.getpgrp() == os.getpid(),
})
open(sys.argv[1], "w").write(told)
"""


def tell(gatehouse: Gatehouse, *options: str, words: list[bytes] | None = None, **more: Any) -> dict[str, Any]:
    """What a server tells that is started through the gate."""
    out = gatehouse.home / "told"
    command = [gatehouse.binary, "run", *options, "--name", "teller", "--"]
    return told(out, [*command, sys.executable, "-S", "-E", "-c", TELL, str(out), *(words or [])], gatehouse, **more)


def told_directly(gatehouse: Gatehouse, words: list[bytes] | None = None, **more: Any) -> dict[str, Any]:
    """What the same server tells that is started without a gate."""
    out = gatehouse.home / "told"
    return told(out, [sys.executable, "-S", "-E", "-c", TELL, str(out), *(words or [])], gatehouse, **more)


def told(out: Path, command: list[Any], gatehouse: Gatehouse, **more: Any) -> dict[str, Any]:
    out.unlink(missing_ok=True)
    options = {"env": gatehouse.environment, "cwd": gatehouse.home, **more}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text())


def zombies(parent: int) -> list[int]:
    """The children of a process that have ended and were not collected."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[:2] == ["Z", str(parent)]:
            found.append(int(folder.name))
    return found


def servers(gatehouse: Gatehouse) -> list[int]:
    """The plain servers, and their helpers, that run for this home."""
    ours = processes.with_environment(f"GATEHOUSE_HOME={gatehouse.home}")
    return [pid for pid in ours if processes.command_line(pid)[:1] == [sys.executable]]


# What a server gets


@PRIVATE
def test_p70_a_server_has_its_three_descriptors_and_no_signal_of_ours(
    gatehouse: Gatehouse, options: list[str]
) -> None:
    other = plain(gatehouse)
    other.initialize()
    gatehouse.stream()
    keep = os.open("/dev/null", os.O_RDONLY)

    def odd() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])

    told = tell(gatehouse, *options, preexec_fn=odd, pass_fds=[keep])
    os.close(keep)
    assert told["descriptors"] == [0, 1, 2]
    # Python itself ignores SIGPIPE and SIGXFSZ.
    ignored = int(told["ignored"], 16) & ~(1 << signal.SIGPIPE - 1) & ~(1 << signal.SIGXFSZ - 1)
    assert (told["blocked"], ignored) == ("0000000000000000", 0)
    assert told["leads"]


@PRIVATE
def test_p71_words_environment_and_folder_arrive_whatever_their_bytes(
    gatehouse: Gatehouse, options: list[str]
) -> None:
    folder = os.fsencode(gatehouse.home) + b"/f\xff\xc3older"
    os.mkdir(folder)
    words = [b"\xfe\xff", b"\xc3\xa4", b"", b"a\nb", b"\xed\xa0\x80"]
    environment = {**gatehouse.environment, b"ODD": b"\x80\xff", b"\xfa": b"name", "PLAIN": "\u00e4"}
    more = {"words": words, "env": environment, "cwd": folder}
    through, directly = tell(gatehouse, *options, **more), told_directly(gatehouse, **more)
    assert through["words"] == [word.hex() for word in words]
    assert through["folder"] == folder.hex()
    assert through["environment"] == directly["environment"]
    assert through["environment"][b"ODD".hex()] == "80ff"


@PRIVATE
def test_p70_a_folder_that_is_gone_is_where_the_server_works_all_the_same(
    gatehouse: Gatehouse, options: list[str]
) -> None:
    folder = gatehouse.home / "passing"
    folder.mkdir()
    inode = folder.stat().st_ino

    def leave() -> None:
        os.chdir(folder)
        os.rmdir(folder)

    told = tell(gatehouse, *options, preexec_fn=leave, cwd=None)
    assert (told["folder"], told["inode"]) == ("gone", inode)


@PRIVATE
def test_p70_a_server_s_files_have_the_rights_that_its_client_gives(gatehouse: Gatehouse, options: list[str]) -> None:
    plain(gatehouse).initialize()
    assert tell(gatehouse, *options, umask=0o137)["umask"] == "0137"


def test_p71_a_command_that_the_registry_cannot_hold_is_refused(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("servers", "add", "odd", "--", "cat", b"\xff")
    assert done.returncode == 2
    assert "not UTF-8" in done.stderr
    assert not (gatehouse.home / "servers.json").exists()


def test_p71_one_client_s_environment_is_no_other_s(gatehouse: Gatehouse) -> None:
    # The client that happens to start the gate has a secret.
    mine = {**gatehouse.environment, "MY_TOKEN": "mine"}
    first = Wire(gatehouse.start("run", "--name", "notes", "--", *PLAIN, env=mine))
    first.initialize()
    gate, = gatehouse.gates()
    assert b"MY_TOKEN" not in Path(f"/proc/{gate}/environ").read_bytes()
    through, directly = tell(gatehouse)["environment"], told_directly(gatehouse)["environment"]
    assert through == directly


def test_p71_a_registered_server_s_variables_stand_above_the_client_s(gatehouse: Gatehouse) -> None:
    out = gatehouse.home / "told"
    options = ["--env", "LEVEL=own", "--env", "MORE=a=b"]
    gatehouse.succeed("servers", "add", *options, "teller", "--", sys.executable, "-c", TELL, str(out))
    environment = {**gatehouse.environment, "LEVEL": "client's", b"ODD": b"\xff"}
    given = told(out, [gatehouse.binary, "connect", "teller"], gatehouse, env=environment)["environment"]
    values = {bytes.fromhex(name): bytes.fromhex(value) for name, value in given.items()}
    assert (values[b"LEVEL"], values[b"MORE"], values[b"ODD"]) == (b"own", b"a=b", b"\xff")


# How servers end


@PRIVATE
@pytest.mark.parametrize("how", ["client", "input"])
def test_p74_a_server_that_is_still_starting_ends_with_its_client(
    gatehouse: Gatehouse, options: list[str], how: str
) -> None:
    # It reads nothing, says nothing, and does not heed the end of its input.
    slow = [sys.executable, "-c", "import time; time.sleep(1000)"]
    wire = Wire(gatehouse.start("run", *options, "--name", "slow", "--", *slow))
    ours = eventually(lambda: servers(gatehouse), what="a server")
    if how == "client":
        processes.kill([wire.process.pid])
    else:
        wire.process.stdin.close()
    processes.all_gone(ours)
    wire.process.wait(10)


@pytest.mark.parametrize(
    ("number", "options", "status"),
    [(signal.SIGHUP, ["--stubborn"], -signal.SIGKILL), (signal.SIGTERM, [], 0), (signal.SIGINT, [], 0)],
)
def test_p74_what_ends_a_login_session_ends_the_gate_and_what_it_guards(
    gatehouse: Gatehouse, number: signal.Signals, options: list[str], status: int
) -> None:
    wire = plain(gatehouse, *options)
    wire.initialize()
    ours = eventually(lambda: [p for p in [servers(gatehouse)] if len(p) == len(options) + 1], what="its processes")[0]
    gate, = gatehouse.gates()
    # The whole group, as a terminal or a login manager does it.
    os.killpg(gate, number)
    processes.all_gone([*ours, gate], within=15)
    assert wire.line() is None
    assert wire.process.wait(10) == status


def test_p74_a_client_s_whole_group_can_be_killed(gatehouse: Gatehouse) -> None:
    for options in ([], ["--private"]):
        command = ["run", *options, "--name", "notes", "--", *PLAIN, "--stubborn"]
        wire = Wire(gatehouse.start(*command, start_new_session=True))
        wire.initialize()
        ours = eventually(lambda: [pids for pids in [servers(gatehouse)] if len(pids) == 2], what="two processes")[0]
        os.killpg(wire.process.pid, signal.SIGKILL)
        wire.process.wait(10)
        processes.all_gone(ours)


@PRIVATE
def test_p74_what_a_killed_gate_s_servers_started_ends_too(gatehouse: Gatehouse, options: list[str]) -> None:
    wire = Wire(gatehouse.start("run", *options, "--name", "notes", "--", *PLAIN, "--stubborn"))
    wire.initialize()
    both = eventually(lambda: [pids for pids in [servers(gatehouse)] if len(pids) == 2], what="two processes")[0]
    processes.kill([wire.process.pid] if options else gatehouse.gates())
    processes.all_gone(both)
    assert wire.process.wait(10) == (-signal.SIGKILL if options else 1)


#: Answers the handshake, and a call after so many seconds, perhaps with progress meanwhile; heeds no end of its input.
LATE = """
import json, sys, time
def say(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    if m.get("method") == "initialize":
        r = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
        say({"id": m["id"], "result": r})
    elif m.get("method") == "tools/call":
        for second in range(int(sys.argv[1])):
            time.sleep(1)
            if sys.argv[2] == "talks":
                say({"method": "notifications/progress", "params": {"progressToken": "t", "progress": second}})
        say({"id": m["id"], "result": {"content": []}})
while True:
    time.sleep(1000)
"""


def test_p74_a_client_that_has_said_its_last_waits_for_no_server_for_ever(gatehouse: Gatehouse) -> None:
    def late(seconds: int, habit: str) -> Wire:
        wire = Wire(gatehouse.start("run", "--name", habit, "--", sys.executable, "-c", LATE, str(seconds), habit))
        wire.initialize()
        wire.send({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x"}})
        wire.process.stdin.close()
        return wire

    gatehouse.serve()
    mute, talking = late(1000, "mute"), late(63, "talks")
    # A minute without a word, and two seconds for the end of its input.
    assert "ended by signal 15" in mute.message(90)["error"]["message"]
    assert mute.process.wait(10) == -signal.SIGTERM
    messages = [talking.message(30) for _ in range(64)]
    assert messages[-1] == {"jsonrpc": "2.0", "id": 1, "result": {"content": []}}
    assert talking.process.wait(10) == -signal.SIGTERM


#: Dies of the first question, and the next time has a helper that heeds no signal.
AGAIN = """
import os, signal, subprocess, sys
if not os.path.exists(sys.argv[1]):
    open(sys.argv[1], "w").close()
    sys.stdin.readline()
    sys.exit(1)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(1000)"
helper = subprocess.Popen([sys.executable, "-c", deaf], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
helper.stdout.readline()
print("ready", file=sys.stderr, flush=True)
sys.stdin.read()
"""


@PRIVATE
def test_p74_what_a_server_started_that_was_started_again_ends_too(gatehouse: Gatehouse, options: list[str]) -> None:
    words = ["run", *options, "--name", "again", "--", sys.executable, "-c", AGAIN, str(gatehouse.home / "marker")]
    wire = Wire(gatehouse.start(*words))
    version = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
    wire.send({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": version}})
    assert wire.process.stderr.readline() == b"ready\n"
    both = servers(gatehouse)
    assert len(both) == 2
    processes.kill([wire.process.pid] if options else gatehouse.gates())
    processes.all_gone(both)
    wire.process.wait(10)


def test_p74_a_private_gate_s_guard_goes_with_it(gatehouse: Gatehouse) -> None:
    wire = Wire(gatehouse.start("run", "--private", "--name", "notes", "--", *PLAIN))
    wire.initialize()
    guards = [pid for pid in processes.children(wire.process.pid) if pid not in servers(gatehouse)]
    assert [Path(f"/proc/{pid}/comm").read_text() for pid in guards] == ["gatehouse-guard\n"]
    # It holds nothing of the client's open, or the client would wait for its end.
    assert [os.readlink(f"/proc/{guards[0]}/fd/{name}") for name in os.listdir(f"/proc/{guards[0]}/fd")] == [
        "anon_inode:[pidfd]"
    ]
    assert wire.finish() == 0
    processes.all_gone(guards)


@PRIVATE
def test_p74_what_left_its_server_s_session_is_let_go_and_holds_nobody_up(
    gatehouse: Gatehouse, options: list[str]
) -> None:
    # It keeps the server's output and errors open.
    script = "setsid sh -c 'touch up; exec sleep 1000' & while [ ! -e up ]; do sleep 0.01; done; exit 6"
    begun = time.monotonic()
    done = gatehouse.run("run", *options, "--name", "daemon", "--", "sh", "-c", script, timeout=20)
    assert done.returncode == 6
    assert time.monotonic() - begun < 5
    ours = processes.with_environment(f"GATEHOUSE_HOME={gatehouse.home}")
    left = [pid for pid in ours if processes.command_line(pid) == ["sleep", "1000"]]
    assert len(left) == 1
    processes.kill(left)


def test_p74_no_zombie_stays(gatehouse: Gatehouse) -> None:
    gate = gatehouse.serve()
    for script in ("exit 0", "sleep 0.01 & exit 3", "kill -9 $$"):
        gatehouse.run("run", "--name", "short", "--", "sh", "-c", script)
    gatehouse.run("run", "--name", "none", "--", "/not/there")
    eventually(lambda: zombies(gate.pid) == [] and processes.children(gate.pid) == [], what="zombies stay")


CONTAINER = pytest.mark.skipif(
    os.getuid() != 0 or not shutil.which("unshare")
    or subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode != 0,
    reason="needs a process namespace",
)


@CONTAINER
def test_p74_a_gate_that_is_a_container_s_first_process_collects_every_orphan(gatehouse: Gatehouse) -> None:
    unshare = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    outer = subprocess.Popen([*unshare, gatehouse.binary, "serve"], env=gatehouse.environment, cwd=gatehouse.home)
    try:
        eventually(gatehouse.socket.exists, what="the socket")
        gate, = processes.children(outer.pid)
        # Each leaves a process behind that nobody but the first can collect.
        for _ in range(3):
            gatehouse.run("run", "--name", "daemon", "--", "sh", "-c", "setsid sh -c 'sleep 0.2 & exit' & exit 0")
        eventually(lambda: zombies(gate) == [] and processes.children(gate) == [], what="orphans stay")
        assert processes.is_alive(gate)
    finally:
        outer.kill()
        outer.wait()
