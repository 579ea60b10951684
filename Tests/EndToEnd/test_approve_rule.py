"""`gatehouse approve --rule`: a rule is shown, written, loaded, and lets the call pass and those like it."""

import datetime
import json
from collections.abc import Iterator

import pytest

from rig.approvals import asking
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, refusal

POLICY = """{
  "version": "1",
  "default":   "deny",
  "tools": {
    "delete_note": {"action": "require_approval", "reason": "notes are dear"}
  }
}
"""


@pytest.fixture
def notes(gatehouse: Gatehouse) -> Iterator[Wire]:
    gatehouse.policy_file.write_text(POLICY)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    wire = Wire(gatehouse.start("connect", "notes"), within=30)
    wire.initialize()
    yield wire
    if wire.process.poll() is None:
        wire.process.kill()
        wire.process.wait()


def ask(wire: Wire, id: int = 7, **arguments: object) -> None:
    wire.send(
        {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "delete_note", "arguments": arguments}}
    )


def answer(wire: Wire, id: int = 7) -> dict:
    while True:
        message = wire.message(30)
        if message.get("id") == id and "method" not in message:
            return message


def waiting(gatehouse: Gatehouse) -> str:
    """The name of the one call that waits."""
    found = eventually(lambda: json.loads(gatehouse.person.succeed("pending", "--json")), what="the call to wait")
    assert len(found) == 1
    return found[0]["id"]


def none_waits(gatehouse: Gatehouse) -> bool:
    return json.loads(gatehouse.person.succeed("pending", "--json")) == []


def in_force(gatehouse: Gatehouse, policy: dict) -> None:
    with gatehouse.stream() as stream:
        gatehouse.change_policy(policy, stream)


def rule(gatehouse: Gatehouse) -> dict:
    return json.loads(gatehouse.policy_file.read_text())["tools"]["delete_note"]


def test_the_call_and_the_same_one_again_pass_and_no_other(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md", force=True)
    id = waiting(gatehouse)
    said = gatehouse.person.succeed("approve", id, "--rule", "--yes")
    assert answer(notes)["result"].get("isError") is not True
    # What was shown: the call, the change in words, in the text, and what comes of it.
    assert '"path": "a.md"' in said and "notes/delete_note" in said
    assert "+++ " in said and '+' in said and "allow_if" in said
    assert "1 call that wait" in said and "1 would pass" in said, said
    assert "the rule is in force" in said and "the call has gone on" in said
    entry, = rule(gatehouse)["allow_if"]
    assert {(c["path"], c["op"]) for c in entry["conditions"]} == {
        ("call.server", "eq"), ("call.client", "eq"), ("args.path", "eq"), ("args.force", "eq"), ("args", "length_lte"),
    }
    assert "expires" in entry
    # Only what must change did.
    text = gatehouse.policy_file.read_text()
    assert text.startswith(POLICY[: POLICY.index('"delete_note"')]) and text.endswith("\n  }\n}\n")
    ask(notes, 8, path="a.md", force=True)
    assert answer(notes, 8)["result"].get("isError") is not True
    for number, other in enumerate(({"path": "b.md", "force": True}, {"path": "a.md"},
                                    {"path": "a.md", "force": True, "more": 1}), 20):
        ask(notes, number, **other)
        gatehouse.person.succeed("deny", waiting(gatehouse))
        assert refusal(answer(notes, number))


def test_how_long_it_holds_is_said(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    gatehouse.person.succeed("approve", waiting(gatehouse), "--rule", "--yes", "--for", "always")
    answer(notes)
    assert "expires" not in rule(gatehouse)["allow_if"][0]
    ask(notes, 8, path="b.md")
    gatehouse.person.succeed("approve", waiting(gatehouse), "--rule", "--yes", "--for", "1s")
    answer(notes, 8)
    entry = rule(gatehouse)["allow_if"][1]
    ends = datetime.datetime.fromisoformat(entry["expires"].replace("Z", "+00:00"))
    eventually(lambda: datetime.datetime.now(datetime.timezone.utc) > ends, what="the rule to end")
    ask(notes, 9, path="b.md")
    gatehouse.person.succeed("deny", waiting(gatehouse))
    assert refusal(answer(notes, 9))


def test_json_tells_what_was_written(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    id = waiting(gatehouse)
    said = json.loads(gatehouse.person.succeed("approve", id, "--rule", "--yes", "--json"))
    answer(notes)
    assert said["id"] == id and said["arguments"] == {"path": "a.md"}
    assert said["written"]["policy"] == str(gatehouse.policy_file)
    assert "allow_if" in said["written"]["diff"]
    assert json.loads(gatehouse.succeed("status", "--json"))["policy"]["revision"] == said["written"]["revision"]


def test_nobody_is_asked_without_a_terminal(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    done = gatehouse.person.run("approve", waiting(gatehouse), "--rule", input="y\n")
    assert done.returncode == 2 and "--yes" in done.stderr
    assert gatehouse.policy_file.read_text() == POLICY
    for words in (["--rule", "--session"], ["--yes"], ["--rule", "--for", "never"], ["--rule", "--for", "400d"]):
        assert gatehouse.person.run("approve", waiting(gatehouse), *words).returncode == 2


def test_a_person_at_a_terminal_is_asked(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    id = waiting(gatehouse)
    for key, is_written in (("", False), ("n", False), ("y", True)):
        terminal = Terminal([gatehouse.binary, "approve", id, "--rule"], gatehouse.environment, (100, 60))
        try:
            terminal.shows("let the call pass? [y/N]", "allow_if", '"path": "a.md"', within=30)
            assert gatehouse.policy_file.read_text() == POLICY
            terminal.type(key)
            terminal.keys("Enter")
            terminal.shows("the call has gone on" if is_written else "nothing is written", within=30)
            assert terminal.status() == (0 if is_written else 1)
        finally:
            terminal.close()
    assert answer(notes)["result"].get("isError") is not True


def test_a_policy_that_changes_meanwhile_is_not_overwritten(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    terminal = Terminal([gatehouse.binary, "approve", waiting(gatehouse), "--rule"], gatehouse.environment, (160, 60))
    try:
        terminal.shows("let the call pass? [y/N]", within=30)
        # The gate reads it too, so the call is shown by another policy now.
        other = POLICY.replace("dear", "very dear")
        gatehouse.policy_file.write_text(other)
        terminal.type("y")
        terminal.keys("Enter")
        terminal.shows("nothing is written", within=30)
        assert terminal.status() == 1
    finally:
        terminal.close()
    assert gatehouse.policy_file.read_text() == other
    gatehouse.person.succeed("approve", waiting(gatehouse))
    assert answer(notes)["result"].get("isError") is not True


def test_a_file_that_the_gate_did_not_take_is_no_ground_to_build_on(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    id = waiting(gatehouse)
    with gatehouse.stream() as stream:
        gatehouse.change_policy("{", stream, state="rejected")
    done = gatehouse.person.run("approve", id, "--rule", "--yes")
    assert done.returncode == 1 and "policy.json:1:" in done.stderr, done.stderr
    assert gatehouse.policy_file.read_text() == "{"
    gatehouse.policy_file.write_text(POLICY)


def test_where_the_default_asks_the_rule_is_for_all_tools(gatehouse: Gatehouse, notes: Wire) -> None:
    in_force(gatehouse, {"version": "1", "default": "require_approval"})
    ask(notes, path="a.md")
    gatehouse.person.succeed("approve", waiting(gatehouse), "--rule", "--yes")
    assert answer(notes)["result"].get("isError") is not True
    written = json.loads(gatehouse.policy_file.read_text())
    conditions = written["servers"]["notes"]["all_tools"]["allow_if"][0]["conditions"]
    assert {"path": "call.tool", "op": "eq", "value": "delete_note"} in conditions
    ask(notes, 8, path="b.md")
    gatehouse.person.succeed("deny", waiting(gatehouse))
    assert refusal(answer(notes, 8))


def test_an_agent_that_waits_no_longer_passes_when_it_asks_again(gatehouse: Gatehouse, notes: Wire) -> None:
    in_force(gatehouse, {"version": "1", "default": "deny", "tools": {"delete_note": asking(hold=1)}})
    ask(notes, path="a.md")
    assert "call again" in refusal(answer(notes))
    said = gatehouse.person.succeed("approve", waiting(gatehouse), "--rule", "--yes")
    assert "passes when its agent asks again" in said
    for number in (8, 9):
        ask(notes, number, path="a.md")
        assert answer(notes, number)["result"].get("isError") is not True
    assert none_waits(gatehouse)


def test_secrets_are_left_open(gatehouse: Gatehouse, notes: Wire) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    ask(notes, path="a.md", token=token)
    said = gatehouse.person.succeed("approve", waiting(gatehouse), "--rule", "--yes")
    answer(notes)
    assert token not in said and token not in gatehouse.policy_file.read_text()
    entry, = rule(gatehouse)["allow_if"]
    assert {"path": "args.token", "op": "exists", "value": True} in entry["conditions"]


def test_a_child_of_the_client_writes_nothing(gatehouse: Gatehouse, notes: Wire) -> None:
    ask(notes, path="a.md")
    done = gatehouse.run("approve", waiting(gatehouse), "--rule", "--yes")
    assert done.returncode == 1 and "may not" in done.stderr
    assert gatehouse.policy_file.read_text() == POLICY
