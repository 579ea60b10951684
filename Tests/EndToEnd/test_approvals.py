"""People decide about calls: by commands, by the socket, with the gate killed in between; and no agent about itself."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.person import Person
from rig.stream import Event
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain, refusal


def asking(**approval: Any) -> dict[str, Any]:
    """Getting a note asks a person."""
    rule: dict[str, Any] = {"action": "require_approval", "reason": "it costs money"}
    if approval:
        rule["approval"] = approval
    return {"version": "1", "default": "allow", "tools": {"get_note": rule}}


def begin(gatehouse: Gatehouse, policy: dict[str, Any] | None = None, *options: str) -> Wire:
    """A session of a client that a person watches; its first call asks."""
    gatehouse.set_policy(policy or asking())
    wire = plain(gatehouse, *options)
    wire.initialize()
    return wire


def ask(gatehouse: Gatehouse, wire: Wire, arguments: dict[str, Any] | None = None, id: int = 1) -> Event:
    """Makes a call that waits, and returns what is told of it."""
    before = {event["id"] for event in pending(gatehouse)}
    wire.send({
        "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": {"name": "get_note", "arguments": arguments or {}},
    })
    return eventually(
        lambda: next((event for event in pending(gatehouse) if event["id"] not in before and event["held"]), None),
        what="the call waits",
    )


def pending(gatehouse: Gatehouse) -> list[Event]:
    return json.loads(gatehouse.succeed("pending", "--json"))


def done(message: dict[str, Any]) -> bool:
    return message["result"] == {"content": [{"type": "text", "text": "did get_note"}], "isError": False}


def record(gatehouse: Gatehouse) -> list[Event]:
    """Every line of the record."""
    lines = [json.loads(line) for file in sorted((gatehouse.home / "record").glob("*.jsonl")) for line in file.open()]
    assert gatehouse.run("log", "verify").returncode == 0
    return lines


def states(gatehouse: Gatehouse, approval: str) -> list[str]:
    return [line["state"] for line in record(gatehouse) if line.get("event") == "approval" and line["id"] == approval]


# The commands


def test_a_call_is_approved_by_a_command_that_shows_it(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    assert gatehouse.succeed("pending") == "nothing waits for a person\n"
    event = ask(gatehouse, wire, {"text": "a\u202eb", "n": 1})
    assert event["arguments"] == {"text": "a\u202eb", "n": 1}
    assert (event["server"], event["tool"], event["rule"]) == ("notes", "get_note", "/tools/get_note")
    header, row = gatehouse.succeed("pending").splitlines()
    assert header.split() == ["ID", "LEFT", "RISK", "CALL", "AGENT", "SESSION", "RULE", "ARGUMENTS"]
    assert row.startswith(event["id"]) and "notes/get_note" in row and "\u202e" not in row
    shown = gatehouse.person.succeed("approve", event["id"][:3], "-m", "just this once")
    for words in ("notes/get_note", "wire", "it costs money", '"n": 1', "approved"):
        assert words in shown
    assert "\u202e" not in shown
    assert done(wire.message())
    assert states(gatehouse, event["id"]) == ["pending", "approved"]
    assert "a\u202eb" not in str(record(gatehouse)) and "u202e" not in str(record(gatehouse)).lower()
    late = gatehouse.person.run("approve", event["id"])
    assert late.returncode == 1 and "there is none" in late.stderr
    assert wire.finish() == 0


def test_a_call_is_denied_with_words_for_its_agent(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    event = ask(gatehouse, wire)
    assert "denied" in gatehouse.person.succeed("deny", event["id"], "-m", "ask the accountant")
    assert "ask the accountant" in refusal(wire.message())
    assert states(gatehouse, event["id"]) == ["pending", "denied"]


def test_scopes_reach_as_far_as_they_say(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    event = ask(gatehouse, wire, {"n": 1})
    gatehouse.person.succeed("approve", event["id"], "--for", "10m")
    assert done(wire.message())
    assert done(wire.call("get_note", {"n": 1}, id=2))
    other = ask(gatehouse, wire, {"n": 2}, id=3)
    gatehouse.person.succeed("approve", other["id"], "--session")
    assert done(wire.message())
    assert done(wire.call("get_note", {"n": 3}, id=4))
    standing = json.loads(gatehouse.succeed("pending", "--standing", "--json"))
    assert [(each["scope"], each["uses"]) for each in standing] == [({"identical": 600}, 1), ("session", 1)]
    for each in standing:
        gatehouse.person.succeed("revoke", each["id"])
    assert gatehouse.succeed("pending", "--standing") == "no approval stands\n"
    ask(gatehouse, wire, {"n": 1}, id=5)


def test_an_approval_binds_to_what_was_shown(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    event = ask(gatehouse, wire, {"n": 1})
    wrong = gatehouse.person.run("approve", event["id"], "--digest", "0" * 64)
    assert wrong.returncode == 1 and event["digest"] in wrong.stderr
    with gatehouse.person.stream(subscribe=False) as console:
        answer = console.ask({"op": "approve", "approval": event["id"], "digest": "0" * 64})
        assert (answer["event"], "others than those you were shown" in answer["message"]) == ("refused", True)
        answer = console.ask(
            {"op": "approve", "approval": event["id"], "digest": event["digest"], "revision": "another"}
        )
        assert (answer["event"], "policy" in answer["message"]) == ("refused", True)
    assert [each["id"] for each in pending(gatehouse)] == [event["id"]]
    gatehouse.person.succeed("approve", event["id"], "--digest", event["digest"])
    assert done(wire.message())


def test_more_time_is_given_up_to_a_day(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse, asking(timeout=30, hold=5))
    event = ask(gatehouse, wire)
    assert event["remaining_ms"] <= 30_000
    assert event["id"] in gatehouse.person.succeed("extend", event["id"], "--for", "1h")
    assert 3_600_000 < pending(gatehouse)[0]["remaining_ms"] <= 3_630_000
    gatehouse.person.succeed("extend", event["id"], "--for", "1d")
    late = gatehouse.person.run("extend", event["id"])
    assert late.returncode == 1 and "24 hours" in late.stderr


@pytest.mark.parametrize(
    ("words", "code", "mentions"),
    [
        (["approve"], 2, "ID"),
        (["approve", "x", "--for", "2d"], 2, "1d"),
        (["approve", "x", "--for", "0"], 2, "1s"),
        (["approve", "x", "--session", "--for", "5m"], 2, "exclude"),
        (["approve", "x"], 1, "there is none"),
        (["deny", "x"], 1, "there is none"),
        (["revoke", "x"], 1, "there is none"),
        (["lockdown", "maybe"], 2, "on|off"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_said(gatehouse: Gatehouse, words: list[str], code: int, mentions: str) -> None:
    gatehouse.serve()
    done = gatehouse.run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert mentions in done.stderr


def test_the_first_to_decide_wins_and_the_others_are_told(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    event = ask(gatehouse, wire)
    deciders = [gatehouse.person.stream(subscribe=False) for _ in range(6)]
    for number, decider in enumerate(deciders):
        op = {"op": "approve", "digest": event["digest"]} if number % 2 else {"op": "deny", "message": "no"}
        decider.send({**op, "approval": event["id"], "id": 9})
    answers = [decider.until(lambda each: each.get("id") == 9) for decider in deciders]
    assert sum(answer["event"] == "done" for answer in answers) == 1
    winner = next(line for line in record(gatehouse) if line.get("state") in ("approved", "denied"))
    for answer in answers:
        assert answer["event"] == "done" or answer["message"] == f"already {winner['state']} by {winner['by']}"
    assert done(wire.message()) == (winner["state"] == "approved")
    for decider in deciders:
        decider.close()


# Nobody decides about itself


def test_a_child_of_the_client_decides_nothing(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    event = ask(gatehouse, wire)
    # These tests are the client: they hold the other end of the session's pipes.
    for words in (["approve", event["id"]], ["deny", event["id"]], ["extend", event["id"]], ["stop"]):
        refused = gatehouse.run(*words)
        assert (refused.returncode, "below a guarded session's client" in refused.stderr) == (1, True)
    shell = subprocess.run(
        ["sh", "-c", f"true; {gatehouse.binary} approve {event['id']}; true"],
        env=gatehouse.environment, capture_output=True, text=True,
    )
    assert "below a guarded session's client" in shell.stderr
    denials = [line for line in record(gatehouse) if line.get("rule") == "(self_approval)"]
    assert [line["method"] for line in denials] == [
        f"gatehouse/{op}" for op in ("approve", "deny", "extend", "stop", "approve")
    ]
    assert all(line["verdict"] == "deny" and line["client"] == "wire" for line in denials)
    assert f"tried `approve` and is below the client of session {event['session']}" in denials[0]["reason"]
    assert [each["id"] for each in pending(gatehouse)] == [event["id"]]
    gatehouse.person.succeed("approve", event["id"])
    assert done(wire.message())


AGENT = """
import json, os, subprocess, sys
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def say(message):
    server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\\n"); server.stdin.flush()
hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "agent", "version": "1"}}
say({"id": 1, "method": "initialize", "params": hello}); server.stdout.readline()
say({"method": "notifications/initialized"})
say({"id": 2, "method": "tools/call", "params": {"name": "get_note", "arguments": {}}})
while True:
    waiting = json.loads(subprocess.run([sys.argv[1], "pending", "--json"], capture_output=True).stdout or "[]")
    if waiting: break
done = subprocess.run([sys.argv[1], "approve", waiting[0]["id"]], capture_output=True, text=True)
print(done.returncode, done.stderr.strip(), flush=True)
print(server.stdout.readline().decode().strip(), flush=True)
"""


@pytest.mark.parametrize("wrapper", [[], ["sh", "-c", '"$@"; exit $?', "sh"]], ids=["plain", "wrapped"])
def test_an_agents_own_child_cannot_approve_but_a_person_beside_it_can(
    gatehouse: Gatehouse, wrapper: list[str], tmp_path: Path
) -> None:
    gatehouse.set_policy(asking())
    program = tmp_path / "agent.py"
    program.write_text(AGENT)
    words = [*wrapper, gatehouse.binary, "run", "--name", "notes", "--", *PLAIN]
    agent = subprocess.Popen(
        [sys.executable, str(program), gatehouse.binary, *words],
        stdout=subprocess.PIPE, text=True, env=gatehouse.environment,
    )
    said = agent.stdout.readline()
    assert said.startswith("1 ") and "below a guarded session's client" in said
    # This very process is above the agent, and no client.
    event, = pending(gatehouse)
    assert gatehouse.run("approve", event["id"]).returncode == 0
    assert done(json.loads(agent.stdout.readline()))
    assert agent.wait(20) == 0


def test_a_server_cannot_decide_either(gatehouse: Gatehouse, tmp_path: Path) -> None:
    report = tmp_path / "report"
    script = f'{gatehouse.binary} lockdown off 2> {report}.new; mv {report}.new {report}; exec "$@"'
    gatehouse.serve()
    wire = Wire(gatehouse.start("run", "--name", "notes", "--", "sh", "-c", script, "sh", *PLAIN))
    wire.initialize()
    assert "below a guarded session's server" in report.read_text()


def test_answers_can_be_a_consoles_alone(gatehouse: Gatehouse) -> None:
    (gatehouse.home / "config.json").write_text('{"approvals": {"from": "console"}}')
    wire = begin(gatehouse)
    event = ask(gatehouse, wire)
    refused = gatehouse.person.run("approve", event["id"])
    assert (refused.returncode, "from a console on a terminal alone" in refused.stderr) == (1, True)
    with gatehouse.person.stream(subscribe=False) as pretender:
        pretender.ask({"op": "subscribe", "approver": True})
        answer = pretender.ask({"op": "approve", "approval": event["id"], "digest": event["digest"]})
        assert answer["event"] == "refused"
        (gatehouse.home / "config.json").write_text("{}")
        assert pretender.ask({"op": "reload"})["event"] == "done"
    gatehouse.person.succeed("approve", event["id"])
    assert done(wire.message())


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
SOMEBODY = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--"]


def test_a_gate_of_another_user_serves_clients_that_cannot_touch_it(gatehouse: Gatehouse) -> None:
    """As behind `sudo -u`: the client starts `connect` as the gate's user, and is none itself."""
    can = os.geteuid() == 0 and shutil.which("setpriv") is not None
    if not can or subprocess.run([*NOBODY, gatehouse.binary, "--version"], capture_output=True).returncode != 0:
        pytest.skip("only root can be others, and others must reach the program")
    gatehouse.set_policy(asking())
    for path in (gatehouse.home, gatehouse.policy_file):
        os.chown(path, 65534, 65534)
    command = [*NOBODY, gatehouse.binary, "run", "--name", "notes", "--", *PLAIN]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    wire = Wire(subprocess.Popen(command, **pipes, env=gatehouse.environment, cwd="/"))
    wire.initialize()
    wire.send({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_note", "arguments": {}}})
    agent = subprocess.run(
        [*SOMEBODY, gatehouse.binary, "pending"], env=gatehouse.environment, capture_output=True, text=True, cwd="/"
    )
    assert (agent.returncode, "Permission denied" in agent.stderr) == (1, True)
    others = Person("setpriv", gatehouse.environment, Path("/"))
    words = [*NOBODY[1:], gatehouse.binary]
    eventually(lambda: len(json.loads(others.succeed(*words, "pending", "--json"))) == 1, what="the call waits")
    others.succeed(*words, "approve", "q")
    others.close()
    assert done(wire.message())


# Lockdown


def test_a_lockdown_denies_everything_and_outlives_the_gate(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    event = ask(gatehouse, wire)
    assert gatehouse.succeed("lockdown", "on").startswith("everything is denied")
    assert "locked" in refusal(wire.message())
    assert refusal(wire.call("delete_note", id=2)).endswith("Rule (lockdown).")
    assert len(wire.ask("tools/list", id=3)["result"]["tools"]) == 2
    file = gatehouse.home / "lockdown"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "lockdown  ON since " in gatehouse.succeed("status")
    gate, = gatehouse.gates()
    os.kill(gate, signal.SIGKILL)
    processes.all_gone([gate])
    again = plain(gatehouse)
    again.initialize()
    assert refusal(again.call("delete_note")).endswith("Rule (lockdown).")
    assert pending(gatehouse) == []
    assert gatehouse.run("lockdown", "off").returncode == 1
    assert gatehouse.person.succeed("lockdown", "off") == "the policy decides again\n"
    assert not file.exists()
    assert "error" not in again.call("delete_note", id=2) and "lockdown" not in gatehouse.succeed("status")
    assert states(gatehouse, event["id"]) == ["pending", "denied"]
    assert [line["on"] for line in record(gatehouse) if line.get("event") == "lockdown"] == [True, False]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[]", b"x" * 5000])
def test_a_lockdown_that_cannot_be_read_is_one(gatehouse: Gatehouse, text: bytes) -> None:
    (gatehouse.home / "lockdown").write_bytes(text)
    wire = plain(gatehouse)
    wire.initialize()
    assert refusal(wire.call("get_note")).endswith("Rule (lockdown).")
    gatehouse.person.succeed("lockdown", "off")
    assert done(wire.call("get_note", id=2))


# The gate ends


def test_nothing_that_was_approved_outlives_a_gate(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse, asking(hold=4))
    waits = ask(gatehouse, wire, {"n": 1})
    assert "call again with the same arguments" in refusal(wire.message())
    gatehouse.person.succeed("approve", waits["id"])
    session = ask(gatehouse, wire, {"n": 2}, id=2)
    gatehouse.person.succeed("approve", session["id"], "--session")
    assert done(wire.message())
    gate, = gatehouse.gates()
    os.kill(gate, signal.SIGKILL)
    processes.all_gone([gate])
    again = plain(gatehouse)
    again.initialize()
    for number, arguments in enumerate(({"n": 1}, {"n": 2})):
        assert ask(gatehouse, again, arguments, id=number)["id"] not in (waits["id"], session["id"])
        assert "call again with the same arguments" in refusal(again.message())


def test_a_gate_that_is_killed_as_it_is_told_has_run_nothing_that_is_not_recorded(
    gatehouse: Gatehouse, tmp_path: Path
) -> None:
    """Whatever the moment: a call that arrived at the server has its approval in the record."""
    for number in range(6):
        log = tmp_path / f"log-{number}"
        wire = begin(gatehouse, asking(), "--log", str(log))
        event = ask(gatehouse, wire)
        gate, = gatehouse.gates()
        with gatehouse.person.stream(subscribe=False) as console:
            console.send({"op": "approve", "approval": event["id"], "digest": event["digest"], "id": 1})
            threading.Event().wait(number * 0.0004)
            os.kill(gate, signal.SIGKILL)
        processes.all_gone([gate])
        wire.process.wait(20)
        arrived = b"tools/call" in log.read_bytes()
        approved = states(gatehouse, event["id"]) == ["pending", "approved"]
        assert approved or not arrived


# The command that is run for each question


NOTE = "import sys, os, pathlib; f = pathlib.Path(sys.argv[1]) / str(os.getpid()); f.with_suffix('.new').write_text(sys.stdin.read()); f.with_suffix('.new').rename(f)"


def notified(folder: Path) -> list[Event]:
    return [json.loads(file.read_text()) for file in folder.iterdir() if not file.suffix]


def test_a_command_is_told_of_each_question(gatehouse: Gatehouse, tmp_path: Path) -> None:
    words = [sys.executable, "-c", NOTE, str(tmp_path)]
    (gatehouse.home / "config.json").write_text(json.dumps({"approvals": {"notify": words}}))
    wire = begin(gatehouse, asking(on_no_approver="deny"))
    event = ask(gatehouse, wire, {"secret": "hush"})
    told, = eventually(lambda: notified(tmp_path), what="the command runs")
    assert (told["event"], told["id"], told["state"], told["tool"]) == ("approval", event["id"], "pending", "get_note")
    assert "hush" not in str(told)
    gatehouse.person.succeed("approve", event["id"])
    assert done(wire.message())
    eventually(lambda: "notify    run 1 time, failed 0" in gatehouse.succeed("status"), what="the command is counted")
    assert len(notified(tmp_path)) == 1


def test_a_flood_of_questions_is_no_flood_of_commands_and_holds_up_nothing(gatehouse: Gatehouse, tmp_path: Path) -> None:
    words = ["sh", "-c", f"cat > {tmp_path}/$$; sleep 60"]
    (gatehouse.home / "config.json").write_text(json.dumps({"approvals": {"notify": words}}))
    wire = begin(gatehouse)
    for number in range(200):
        wire.send({
            "jsonrpc": "2.0", "id": number, "method": "tools/call",
            "params": {"name": "get_note", "arguments": {"n": number}},
        })
    eventually(lambda: len(pending(gatehouse)) == 200, 30, "all calls wait")
    assert 1 <= len(list(tmp_path.iterdir())) <= 4
    assert wire.call("delete_note", id=500)["result"]["content"][0]["text"] == "did delete_note"
    assert "waiting   200 calls" in gatehouse.succeed("status")
    # Nobody reads the 200 answers.
    wire.process.kill()
    wire.process.stdout.close()


def test_a_question_that_is_settled_before_it_was_told_takes_no_other_with_it(
    gatehouse: Gatehouse, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    told = tmp_path / "told"
    told.mkdir()
    words = ["sh", "-c", f"cat > {told}/$$.new; mv {told}/$$.new {told}/$$; while [ ! -e {go} ]; do sleep 0.1; done"]
    (gatehouse.home / "config.json").write_text(json.dumps({"approvals": {"notify": words}}))
    wire = begin(gatehouse)
    events = []
    for number in range(6):
        known = {event["id"] for event in events}
        wire.send({
            "jsonrpc": "2.0", "id": number, "method": "tools/call",
            "params": {"name": "get_note", "arguments": {"n": number}},
        })
        events += eventually(lambda: [e for e in pending(gatehouse) if e["id"] not in known], what="the call waits")
        # As many as may run do; the others wait to be told.
        eventually(lambda: len(notified(told)) == min(len(events), 4), what="the command runs")
    gatehouse.person.succeed("deny", events[5]["id"])
    go.touch()
    last = eventually(lambda: [e for e in notified(told) if e["id"] == events[4]["id"]], what="the other is told")
    assert "others" not in last[0]
    assert not [e for e in notified(told) if e["id"] == events[5]["id"]]


def test_a_command_that_fails_is_told_by_status(gatehouse: Gatehouse) -> None:
    (gatehouse.home / "config.json").write_text('{"approvals": {"notify": ["/no/such/program"]}}')
    wire = begin(gatehouse)
    ask(gatehouse, wire)
    status = gatehouse.succeed("status")
    assert "notify    run 1 time, failed 1" in status and "/no/such/program" in status
    (gatehouse.home / "config.json").write_text('{"approvals": {"notify": ["sh", "-c", "exit 3"]}}')
    with gatehouse.person.stream(subscribe=False) as person:
        person.ask({"op": "reload"})
    ask(gatehouse, wire, {"n": 2}, id=2)
    eventually(lambda: "`sh` exited with code 3" in gatehouse.succeed("status"), what="the failure is told")


def test_watch_tells_of_questions(gatehouse: Gatehouse) -> None:
    wire = begin(gatehouse)
    watch = gatehouse.start("watch")
    gatehouse.wait_for_subscribers(1)
    event = ask(gatehouse, wire)
    gatehouse.person.succeed("deny", event["id"], "-m", "no")
    gatehouse.person.succeed("lockdown", "on")
    lines = [watch.stdout.readline().decode()]
    while "lockdown" not in lines[-1]:
        lines.append(watch.stdout.readline().decode())
    asked = next(line for line in lines if f"approval {event['id']}" in line and "pending" in line)
    denied = next(line for line in lines if f"approval {event['id']}" in line and "denied" in line)
    assert "notes/get_note" in asked and "s left" in asked and "no" in denied
    assert "lockdown on: everything is denied" in lines[-1]
    watch.kill()
    watch.wait()
