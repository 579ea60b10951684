"""What servers write that is no message: kept by the gate, and shown without secrets."""

import json
import re
import signal
import subprocess
import sys
from typing import Any

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import Wire, plain

#: A server that writes to its standard error what it is called with, and has bad manners on request.
SPEAKER = """
import json, os, sys
for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m:
        continue
    if m["method"] == "initialize":
        r = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
    else:
        words = m["params"].get("arguments", {})
        # Byte by byte, so that a line comes in parts.
        for byte in words.get("say", "").encode():
            os.write(2, bytes([byte]))
        sys.stdout.write(words.get("noise", ""))
        if "flood" in words:
            os.write(2, b"x" * 999 + b"\\n") and [os.write(2, b"x" * 999 + b"\\n") for _ in range(words["flood"])]
        if "exit" in words:
            sys.stdout.flush()
            os._exit(words["exit"])
        r = {"content": [], "isError": False}
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
"""


def speaker(gatehouse: Gatehouse, *words: str, name: str = "speaker", **more: Any) -> Wire:
    wire = Wire(gatehouse.start("run", "--name", name, "--", sys.executable, "-c", SPEAKER, *words, **more))
    wire.initialize()
    return wire


def log(gatehouse: Gatehouse, name: str = "speaker", *options: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gatehouse.succeed("servers", "log", name, "--json", *options).splitlines()]


def said(gatehouse: Gatehouse, name: str = "speaker", *options: str) -> list[str]:
    return [line["text"] for line in log(gatehouse, name, *options)]


def test_p73_what_a_server_writes_reaches_the_client_and_stays_with_the_gate(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    wire = speaker(gatehouse)
    wire.call("x", {"say": "hello\nhalf ", "noise": "a banner\n{not json}\n"})
    wire.call("x", {"say": "a line\nthe last"})
    assert wire.finish() == 0
    assert wire.errors() == "hello\nhalf a line\nthe last"
    lines = log(gatehouse)
    assert sorted((line["source"], line["text"]) for line in lines) == [
        ("noise", "a banner"), ("noise", "{not json}"), ("stderr", "half a line"), ("stderr", "hello"),
        ("stderr", "the last"),
    ]
    assert len({line["session"] for line in lines}) == 1
    assert all(re.fullmatch(r"20\d\d-.*Z", line["time"]) for line in lines)
    assert said(gatehouse, "speaker", "--lines", "1") == ["the last"]
    # People get no byte that a terminal would obey.
    again = speaker(gatehouse)
    again.call("x", {"say": "\x1b[2Jcleared \u202e\n"})
    text = gatehouse.succeed("servers", "log", "speaker")
    assert "cleared" in text and "stdout" in text and "\x1b" not in text and "\u202e" not in text


def test_p73_no_secret_of_a_server_is_shown(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    words = [sys.executable, "-c", SPEAKER]
    gatehouse.succeed("servers", "add", "--env", "LEVEL=own-value", "speaker", "--", *words, "--token", "by-option")
    environment = {**gatehouse.environment, "BANK_PASSWORD": "correct horse", "INNOCENT": "shown"}
    wire = Wire(gatehouse.start("connect", "speaker", env=environment))
    wire.initialize()
    secrets = [
        "own-value", "correct horse", "by-option", "ghp_0123456789abcdefABCDEF0123456789abcd", "AKIAIOSFODNN7EXAMPLE",
        "sk-proj-0123456789abcdef0123", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN",
    ]
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\n-----END PRIVATE KEY-----\n"
    wire.call("x", {"say": "".join(f"<{secret}> shown\n" for secret in secrets) + key, "noise": f"{secrets[0]}!\n"})
    wire.call("x", {"say": "Authorization: Bearer abcdef0123456789\nhttps://me:hunter22@example.com/\n", "exit": 3})
    wire.process.wait(10)
    # The client gets what the server wrote.
    assert all(secret in wire.errors() for secret in secrets[:1])
    shown = "\n".join(said(gatehouse))
    assert shown.count("<[hidden]> shown") == len(secrets)
    everything = (
        shown + gatehouse.succeed("servers", "log", "speaker") + gatehouse.succeed("servers", "list")
        + json.dumps(gatehouse.stream().ask({"op": "snapshot"})) + (gatehouse.home / "gate.log").read_text()
        if (gatehouse.home / "gate.log").exists() else shown
    )
    for secret in [*secrets, "MIIEvQIBADANBgkqh", "abcdef0123456789", "hunter22"]:
        assert secret not in everything, secret


def test_p73_servers_list_tells_what_a_failed_server_wrote_last(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    script = "echo starting >&2; echo 'ModuleNotFoundError: no module named x' >&2; exit 3"
    gatehouse.succeed("servers", "add", "broken", "--", "sh", "-c", script)
    assert gatehouse.run("connect", "broken").returncode == 3
    broken, = json.loads(gatehouse.succeed("servers", "list", "--json"))
    assert (broken["state"], broken["last_error"]) == ("failed", "exited with code 3")
    assert broken["last_line"] == "ModuleNotFoundError: no module named x"
    assert "failed  exited with code 3: ModuleNotFoundError: no module named x" in gatehouse.succeed("servers", "list")
    # A scan tells more of it, and keeps the last line.
    scan = gatehouse.run("servers", "scan")
    assert scan.returncode == 1
    assert scan.stderr.splitlines() == [
        "broken: the server exited with code 3 before it had answered", "  starting",
        "  ModuleNotFoundError: no module named x",
    ]
    broken, = json.loads(gatehouse.succeed("servers", "list", "--json"))
    gatehouse.person.succeed("stop")
    broken, = json.loads(gatehouse.succeed("servers", "list", "--json"))
    assert broken["last_error"].endswith("before it had answered: ModuleNotFoundError: no module named x")
    assert "state" not in broken


def test_p73_a_log_is_followed(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    wire = speaker(gatehouse)
    wire.call("x", {"say": "one\n"})
    follower = gatehouse.start("servers", "log", "speaker", "--follow", "--json", stdin=subprocess.DEVNULL)
    follow = Wire(follower)
    assert follow.message()["text"] == "one"
    wire.call("x", {"say": "two\n"})
    assert follow.message()["text"] == "two"
    gatehouse.person.run("stop")
    assert follow.line() is None
    assert follower.wait(10) == 1


def test_p73_an_unknown_server_s_log_is_a_mistake(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    gatehouse.succeed("servers", "add", "notes", "--", "cat")
    assert gatehouse.succeed("servers", "log", "notes") == ""
    done = gatehouse.run("servers", "log", "Notes")
    assert done.returncode == 1 and "did you mean `notes`?" in done.stderr


def test_p73_the_socket_s_answer_is_bounded(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    wire = speaker(gatehouse)
    reading = subprocess.Popen(["cat"], stdin=wire.process.stderr, stdout=subprocess.DEVNULL)
    wire.call("x", {"flood": 3_000})
    wire.call("x", {"say": "the end\n"})
    stream = gatehouse.stream(subscribe=False)

    def answer() -> dict[str, Any]:
        return stream.ask({"op": "stderr", "server": "speaker", "lines": 1_000_000})

    eventually(lambda: answer()["lines"][-1]["text"] == "the end", what="the last line")
    assert sum(len(line["text"]) for line in answer()["lines"]) <= 256 << 10
    assert len(stream.ask({"op": "stderr", "server": "speaker"})["lines"]) == 100
    last = answer()["lines"][-1]["number"]
    assert stream.ask({"op": "stderr", "server": "speaker", "after": last})["lines"] == []
    assert stream.ask({"op": "stderr", "server": "nobody"})["lines"] == []
    wire.finish()
    reading.wait(10)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_p73_the_console_shows_what_a_server_writes(gatehouse: Gatehouse, size: tuple[int, int]) -> None:
    gatehouse.serve()
    wire = speaker(gatehouse)
    wire.call("x", {"say": "".join(f"line {number}\n" for number in range(100)) + "\x1b[2J sk-0123456789abcdefgh\n"})
    console = Terminal([gatehouse.binary], gatehouse.environment, size)
    try:
        console.shows("speaker")
        console.keys("o")
        console.shows("Messages of speaker", "line 99", "[hidden]")
        # It goes on while it is open, until somebody scrolls.
        wire.call("x", {"say": "and more\n", "noise": "a banner\n"})
        console.shows("and more", "stdout: a banner")
        console.keys("g")
        console.shows("line 0")
        console.keys("G")
        console.shows("and more")
        console.keys("Escape")
        console.shows_no("Messages of speaker")
        console.keys("q")
        assert console.status() == 0
    finally:
        console.close()


@pytest.mark.parametrize("options", [[], ["--private"]], ids=["gate", "private"])
def test_p73_a_client_that_never_reads_errors_holds_up_no_server(gatehouse: Gatehouse, options: list[str]) -> None:
    words = ["run", *options, "--name", "speaker", "--", sys.executable, "-c", SPEAKER]
    wire = Wire(gatehouse.start(*words), within=20)
    wire.initialize()
    # Far more than a pipe and the gate's queue hold.
    assert wire.call("x", {"flood": 6_000})["result"]["isError"] is False
    assert wire.call("x", {"say": "x"})["result"]["isError"] is False
    processes.kill([wire.process.pid], signal.SIGTERM)
    wire.process.wait(10)


def test_p73_the_gate_s_own_log_is_bounded(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    own = gatehouse.home / "gate.log"
    stream = gatehouse.stream()
    # Each broken policy is told in the log, with every mistake of it.
    for number in range(40):
        mistakes = ",".join(f'"key-{number}-{index}-{"x" * 300}": 1' for index in range(100))
        gatehouse.change_policy(f'{{"version": "1", {mistakes}}}', stream, state="rejected")
    assert own.stat().st_size <= 1 << 20
    older = own.with_name("gate.log.1")
    assert (1 << 20) - (1 << 16) <= older.stat().st_size <= (1 << 20) + (1 << 16)
    assert older.stat().st_mode & 0o777 == 0o600 and own.stat().st_mode & 0o777 == 0o600
    assert f"key-39-0-" in own.read_text()
    assert f"key-39-0-" not in older.read_text()
