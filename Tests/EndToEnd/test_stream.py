"""The stream of the Unix socket, as scripts read it."""

import json
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import Wire, plain

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
POLICY = {
    "version": "1",
    "default": "allow",
    "tools": {"delete_note": {"action": "deny", "reason": "keep it"}, "run_script": {"rate_limit": "1/minute"}},
}


@pytest.fixture
def notes(gatehouse: Gatehouse) -> Wire:
    gatehouse.set_policy(POLICY)
    wire = plain(gatehouse)
    wire.initialize()
    return wire


def test_hello_tells_who_answers(gatehouse: Gatehouse, notes: Wire) -> None:
    hello = gatehouse.stream(subscribe=False).hello
    assert (hello["version"], [hello["pid"]]) == (1, gatehouse.gates())
    assert hello["policy_path"] == str(gatehouse.policy_file)
    assert re.fullmatch("[0-9a-f]{12}", hello["revision"])


def test_every_decision_and_every_result_is_told(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    notes.call("get_note", {"text": "a secret"}, 1)
    notes.call("delete_note", {}, 2)
    notes.call("run_script", {}, 3)
    notes.call("run_script", {}, 4)
    stream.until(lambda e: e["event"] == "decision" and e["verdict"] == "limit", what="the last decision")
    stream.until(lambda e: e["event"] == "result" and len(stream.of("result")) == 2, what="two results")
    decisions = stream.decisions()
    common = {"server": "notes", "method": "tools/call", "grant": "local", "client": "wire", "enforced": True}
    assert [{key: d[key] for key in common} for d in decisions] == [common] * 4
    assert [(d["tool"], d["verdict"], d["rule"], d.get("reason")) for d in decisions] == [
        ("get_note", "allow", "(default)", None),
        ("delete_note", "deny", "/tools/delete_note", "keep it"),
        ("run_script", "allow", "/tools/run_script", None),
        ("run_script", "limit", "/tools/run_script/rate_limit", decisions[3]["reason"]),
    ]
    assert 0 < decisions[3]["retry_after_ms"] <= 60_000
    assert len({d["session"] for d in decisions}) == 1
    assert {d["policy"] for d in decisions} == {stream.hello["revision"]}
    assert all(d["took_us"] >= 0 and TIME.fullmatch(d["time"]) for d in decisions)
    assert "a secret" not in json.dumps(stream.events)
    results = stream.of("result")
    assert [(r["seq_of_decision"], r["outcome"]) for r in results] == [
        (decisions[0]["seq"], "ok"), (decisions[2]["seq"], "ok")
    ]
    numbers = [e["seq"] for e in stream.events if "seq" in e and e["event"] != "snapshot"]
    assert numbers == sorted(set(numbers))


def test_sessions_and_servers_are_told(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    start = stream.mark()
    other = plain(gatehouse, name="other")
    other.initialize()
    opened = stream.until(lambda e: e["event"] == "session" and e["state"] == "opened", 10, "opened", start)
    known = stream.until(lambda e: e["event"] == "session" and e["state"] == "identified", 10, "identified", start)
    assert (opened["server"], opened["pid"]) == ("other", other.process.pid)
    assert (known["session"], known["client"]) == (opened["session"], "wire")
    other.finish()
    closed = stream.until(lambda e: e["event"] == "session" and e["state"] == "closed", 10, "closed", start)
    assert closed["session"] == opened["session"]
    states = [e["state"] for e in stream.of("server") if e["server"] == "other"]
    assert states == ["started", "exited"]


def test_a_snapshot_shows_what_there_is(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    notes.ask("tools/list", id="page1")
    notes.ask("tools/list", {"cursor": "2"}, id="page2")

    def tools() -> list[dict]:
        snapshot = stream.ask({"op": "snapshot"})
        server, = snapshot["servers"]
        assert (server["name"], server["registered"], server["sessions"]) == ("notes", False, 1)
        return server["tools"]

    listed = eventually(lambda: [found for found in [tools()] if len(found) == 3], what="three tools")[0]
    assert {tool["name"]: (tool["category"], tool["description"]) for tool in listed} == {
        "get_note": ("Read", "Reads a note."),
        "delete_note": ("Destructive", "Deletes a note for ever."),
        "run_script": ("Execute", "Executes a shell command."),
    }
    assert all(tool["severity"] in ("Low", "Medium", "High", "Critical") for tool in listed)
    session, = stream.ask({"op": "snapshot"})["sessions"]
    assert (session["server"], session["client"], session["pid"]) == ("notes", "wire", notes.process.pid)


def test_status_counts(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    notes.call("get_note"), notes.call("delete_note")
    status = stream.ask({"op": "status"})
    assert (status["sessions"], status["subscribers"], status["policy"]["state"]) == (1, 1, "loaded")
    assert (status["counts"]["allow"], status["counts"]["deny"]) == (1, 1)
    assert status["policy_path"] == str(gatehouse.policy_file)


def test_a_late_subscriber_gets_what_it_missed(gatehouse: Gatehouse, notes: Wire) -> None:
    early = gatehouse.stream()
    notes.call("get_note"), notes.call("delete_note")
    denied = early.until(lambda e: e["event"] == "decision" and e["verdict"] == "deny")
    first = early.decisions()[0]
    late = gatehouse.stream(subscribe=False)
    late.send({"op": "subscribe", "since": first["seq"]})
    assert late.until(lambda e: e["event"] == "decision") == denied


@pytest.mark.parametrize(
    "line",
    [b"not json", b"[]", b'{"op":"fly"}', b'{"op":7}', b'{"op":"subscribe","since":"now"}', b'{"op":"status","op":"stop"}'],
)
def test_a_bad_request_is_refused_in_words(gatehouse: Gatehouse, notes: Wire, line: bytes) -> None:
    stream = gatehouse.stream(subscribe=False)
    stream._socket.sendall(line + b"\n")
    refused = stream.until(lambda e: e["event"] == "refused", what="a refusal")
    assert len(refused["message"]) > 10
    assert gatehouse.stream().ask({"op": "status"})["pid"] == gatehouse.gates()[0]


def test_another_version_is_refused(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream(subscribe=False)
    stream.send({"op": "hello", "version": 99})
    assert "99" in stream.until(lambda e: e["event"] == "refused", what="a refusal")["message"]


def test_socat_and_jq_can_read_it(gatehouse: Gatehouse, notes: Wire) -> None:
    reader = subprocess.Popen(
        f"socat - UNIX-CONNECT:{gatehouse.socket} | "
        """jq --unbuffered -r 'select(.event == "hello" or .event == "decision") | .tool // "hello"'""",
        shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )
    reader.stdin.write('{"op":"hello","version":1}\n{"op":"subscribe"}\n')
    reader.stdin.flush()
    assert reader.stdout.readline() == "hello\n"
    gatehouse.wait_for_subscribers(1)
    notes.call("get_note"), notes.call("delete_note")
    assert [reader.stdout.readline(), reader.stdout.readline()] == ["get_note\n", "delete_note\n"]
    reader.stdin.close()
    assert reader.wait(10) == 0


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_watch_prints_decisions_as_they_come(gatehouse: Gatehouse, notes: Wire, options: list[str]) -> None:
    watch = Wire(gatehouse.start("watch", *options))
    stream = gatehouse.stream()
    gatehouse.wait_for_subscribers(2)
    notes.call("delete_note", {"text": "a secret"})

    def denied() -> bytes:
        while b"delete_note" not in (line := watch.line() or b"delete_note, the end"):
            pass
        return line

    line = denied()
    if options:
        event = json.loads(line)
        assert (event["event"], event["tool"], event["verdict"]) == ("decision", "delete_note", "deny")
        assert event["seq"] == stream.until(lambda e: e["event"] == "decision")["seq"]
    else:
        assert b"notes" in line and b"deny" in line and b"\x1b" not in line
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(10) in (0, -signal.SIGINT)


def test_watch_without_a_gate_says_so(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("watch", timeout=10)
    assert done.returncode == 1
    assert "gate" in done.stderr
    assert gatehouse.gates() == []


def test_one_who_does_not_read_slows_nobody_and_is_told_what_it_missed(gatehouse: Gatehouse, notes: Wire) -> None:
    lazy = gatehouse.stream()
    count = 40_000
    request = b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_note","arguments":{}}}\n'

    def write() -> None:
        for start in range(0, count, 1000):
            notes.process.stdin.write(b"".join(request % number for number in range(start, start + 1000)))
        notes.process.stdin.flush()

    writer = threading.Thread(target=write)
    writer.start()
    answers = [notes.line(20) for _ in range(count)]
    writer.join()
    assert len(answers) == count
    assert "[gatehouse] denied" in notes.call("delete_note", id="last")["result"]["content"][0]["text"]
    lazy.until(lambda e: e["event"] == "decision" and e.get("tool") == "delete_note", 20, "the denial")
    allowed = len(lazy.decisions("get_note"))
    missed = sum(e["missed"] for e in lazy.of("gap"))
    assert allowed < count and missed > 0
    # A result that was lost counts too.
    assert allowed + len(lazy.of("result")) + missed >= 2 * count


def test_a_budget_samples_what_is_allowed_and_everything_is_counted(gatehouse: Gatehouse, notes: Wire) -> None:
    some = gatehouse.stream(subscribe=False)
    some.send({"op": "subscribe", "budget": 20, "id": 1})
    some.until(lambda e: e["event"] == "done", what="the subscription")
    count = 4_000
    request = b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%s","arguments":{}}}\n'
    for start in range(0, count, 100):
        names = [b"delete_note"] + [b"get_note"] * 99
        notes.process.stdin.write(b"".join(request % (start + at, name) for at, name in enumerate(names)))
        notes.process.stdin.flush()
        for _ in names:
            notes.line(20)
    denied = count // 100

    def calls() -> dict:
        counted = {}
        for call in (call for tick in some.of("tick") for call in tick.get("calls", [])):
            key = (call["server"], call["tool"], call["rule"], call["verdict"])
            counted[key] = counted.get(key, 0) + call["count"]
        return counted

    def skipped() -> int:
        return sum(tick.get("skipped", 0) for tick in some.of("tick"))

    some.until(lambda _: len(some.decisions("delete_note")) == denied, 20, "every denial")
    some.until(lambda _: len(some.decisions("get_note")) + skipped() == count - denied, 20, "what was skipped")
    some.until(lambda _: sum(calls().values()) == count, 20, "all counts")
    some.until(lambda _: sum(sum(tick["counts"].values()) for tick in some.of("tick")) == count, 20, "all verdicts")
    assert calls() == {
        ("notes", "get_note", "(default)", "allow"): count - denied,
        ("notes", "delete_note", "/tools/delete_note", "deny"): denied,
    }
    allowed = some.decisions("get_note")
    assert 5 <= len(allowed) < count // 2
    assert {result["seq_of_decision"] for result in some.of("result")} <= {decision["seq"] for decision in allowed}
    assert not some.of("gap")


def test_memory_does_not_grow_with_one_who_does_not_read(gatehouse: Gatehouse, notes: Wire) -> None:
    gate, = gatehouse.gates()
    gatehouse.stream()

    def resident() -> int:
        return int(Path(f"/proc/{gate}/statm").read_text().split()[1]) * 4096

    request = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_note","arguments":{}}}\n'
    for _ in range(20_000):
        notes.process.stdin.write(request)
        notes.process.stdin.flush()
        notes.line(20)
    assert resident() < 100 << 20
