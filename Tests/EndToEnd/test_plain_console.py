"""The console in lines of text, and its keys as a file: what is typed through a pipe is saved and obeyed."""

import json

import pytest

from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain, refusal


@pytest.fixture
def with_notes(gatehouse: Gatehouse) -> Gatehouse:
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    return gatehouse


def type_lines(gatehouse: Gatehouse, *lines: str) -> tuple[int, str]:
    done = gatehouse.run("--plain", input="".join(f"{line}\n" for line in lines))
    assert "\x1b" not in done.stdout
    return done.returncode, done.stdout


def test_a_whole_policy_is_built_saved_and_obeyed(with_notes: Gatehouse) -> None:
    with_notes.set_policy(None)
    status, said = type_lines(
        with_notes,
        "starter",
        "3",
        "yes",
        "allow notes/get_note",
        'require notes/get_note args.id neq 13 say "thirteen is not read"',
        "limit notes/get_note 2/day",
        "deny notes/run_script",
        "reason notes/run_script not by machines",
        "hide delete_note",
        "default notes allow",
        "yes",
        "all deny cat:destructive",
        "no",
        "undo",
        "redo",
        "show get_note",
        "changes",
        "save",
    )
    assert status == 0, said
    assert "1. careful: " in said
    assert "default of notes: allow changes " in said
    assert "require 1: args.id " in said
    assert "the gate runs rev " in said

    policy = json.loads(with_notes.policy_file.read_text())
    rules = policy["servers"]["notes"]["tools"]
    assert rules["get_note"]["require"] == [
        {"conditions": [{"path": "args.id", "op": "neq", "value": 13}], "on_deny": "thirteen is not read"}
    ]
    assert rules["run_script"] == {"action": "deny", "reason": "not by machines"}
    assert policy["servers"]["notes"]["default"] == "allow"

    client = Wire(with_notes.start("connect", "notes"))
    client.initialize()
    assert "thirteen is not read" in refusal(client.call("get_note", {"id": 13}))
    assert "not by machines" in refusal(client.call("run_script"))
    assert not client.call("get_note", {"id": 1})["result"].get("isError")
    assert not client.call("get_note", {"id": 2})["result"].get("isError")
    assert "2 per day" in refusal(client.call("get_note", {"id": 3}))
    assert client.finish() == 0


def test_the_end_of_the_input_tells_what_went_wrong(with_notes: Gatehouse) -> None:
    with_notes.set_policy({"version": "1", "default": "deny"})
    assert type_lines(with_notes, "list", "status")[0] == 0
    status, said = type_lines(with_notes, "deny notes/nothing")
    assert status == 1 and "error: no tool is called `notes/nothing`" in said
    # Edits that nobody saved are lost, and a question that nobody answered is a no.
    assert type_lines(with_notes, "allow notes/get_note")[0] == 1
    status, said = type_lines(with_notes, "default allow")
    assert "not done, for nobody said yes" in said
    assert json.loads(with_notes.policy_file.read_text()) == {"version": "1", "default": "deny"}


def test_keys_are_printed_as_the_file_that_sets_them(gatehouse: Gatehouse) -> None:
    printed = gatehouse.succeed("keys")
    keys = gatehouse.home / "keys.conf"
    keys.write_text(printed)
    assert gatehouse.succeed("keys") == printed

    keys.write_text("ctrl-g save\nq none\nF9 deny\nb undoo\n")
    done = gatehouse.run("keys")
    assert done.returncode == 1
    assert f"{keys}:3:1: `deny` decides" in done.stderr
    assert f"{keys}:4:3: `undoo` is no action; did you mean `undo`?" in done.stderr
    assert any(line.split()[:2] == ["ctrl-g", "save"] for line in done.stdout.splitlines())
    assert any(line.split()[:2] == ["q", "none"] for line in done.stdout.splitlines())


def said(console: Wire, *texts: str) -> str:
    """Reads lines until each of the texts was told, in this order."""
    told = ""
    for text in texts:
        line = ""
        while text not in line:
            try:
                read = console.line(20)
            except AssertionError:
                read = None
            assert read is not None, f"{text} was never told; told was\n{told}"
            line = read.decode()
            told += line + "\n"
    return told


def test_two_changes_of_one_rule_are_merged_in_words_and_saved(with_notes: Gatehouse) -> None:
    with_notes.set_policy({"version": "1", "default": "allow"})
    console = Wire(with_notes.start("--plain"))
    said(console, "Type help")
    console.send("deny notes/delete_note", "ask notes/get_note")
    said(console, "notes/delete_note: deny", "notes/get_note: ask")
    theirs = {"notes": {"tools": {"delete_note": {"action": "require_approval"}, "get_note": {"action": "deny"}}}}
    with_notes.set_policy({"version": "1", "default": "allow", "description": "theirs", "servers": theirs})
    said(console, "do not fit; merge lists the conflicts")
    console.send("save", "merge")
    said(console, "not saved", "1. notes/delete_note", 'theirs {"action":"require_approval"}', "2. notes/get_note: to choose")
    console.send("keep 1", "take 2", "yes", "save")
    said(console, "what the result changes", "merged: save writes it", "the gate runs rev")
    policy = json.loads(with_notes.policy_file.read_text())
    assert policy["description"] == "theirs"
    assert policy["servers"]["notes"]["tools"]["delete_note"] == {"action": "deny"}
    assert policy["servers"]["notes"]["tools"]["get_note"] == {"action": "deny"}
    console.send("history", "saves")
    said(console, "merged: mine 1, theirs 1 of 2 conflicts", "written by another program", "saved here, the gate loaded it")
    assert console.finish() == 1, "a save was refused on the way"


def test_one_change_is_taken_back_and_a_step_gone_to(with_notes: Gatehouse) -> None:
    with_notes.set_policy({"version": "1", "default": "deny"})
    status, told = type_lines(
        with_notes, "allow notes/get_note", "ask notes/run_script", "deny notes/delete_note", "changes", "take-back 2",
        "history", "step 1", "save", "tool notes/delete_note", "quit")
    assert status == 0, told
    assert "dropped: notes/run_script" in told and "steps undone" in told
    assert "why it needs a policy" in told and told.index("delete_note\n") < told.index("why it needs a policy")
    rules = json.loads(with_notes.policy_file.read_text())["servers"]["notes"]["tools"]
    assert list(rules) == ["get_note"]


def test_edits_of_a_console_that_was_killed_are_taken_in_by_words(with_notes: Gatehouse) -> None:
    with_notes.set_policy({"version": "1", "default": "allow"})
    console = Wire(with_notes.start("--plain"))
    said(console, "Type help")
    console.send("deny notes/delete_note")
    said(console, "notes/delete_note: deny")
    kept = with_notes.home / "unsaved"
    eventually(lambda: any("delete_note" in path.read_text() for path in kept.glob("*.json")), what="the edits on the disk")
    console.process.kill()
    console.process.wait(10)
    status, told = type_lines(with_notes, "left", "restore", "changes", "save")
    assert status == 0, told
    assert told.index("were left behind: left tells of them") < told.index("1. 1 unsaved edit"), "it is told at the start"
    for text in ("1 unsaved edit", "they would change:", "are back: changes lists them", "the gate runs rev"):
        assert text in told
    assert json.loads(with_notes.policy_file.read_text())["servers"]["notes"]["tools"] == {"delete_note": {"action": "deny"}}
    assert "was left" not in type_lines(with_notes, "left", "status")[1]


def test_the_record_is_read_in_lines(with_notes: Gatehouse) -> None:
    with_notes.set_policy({"version": "1", "default": "allow", "mode": "observe"})
    (with_notes.home / "config.json").write_text('{"record": {"arguments": "full"}}')
    wire = plain(with_notes)
    wire.initialize()
    for number in range(12):
        wire.call("get_note", {"text": f"n{number}"})
    wire.call("delete_note", {"text": "last\x1b[2J"})
    assert wire.finish() == 0
    before = with_notes.policy_file.read_text()

    status, said = type_lines(
        with_notes, "record tool=delete_note", "decision 1", "numbers", "deny notes/get_note", "effect", "effect 1h", "undo",
        "suggest", "accept usual", "changes", "save",
    )
    assert status == 0, said
    assert "1 decision that fit" in said and "1. 20" in said
    assert '"text": "last' in said
    assert "notes/get_note: 12 calls, 0 refused, 0 failed, p50 " in said
    assert "effect on the last 7 days: 12 of 13 calls would be judged otherwise" in said
    assert "effect on the last hour: 12 of 13 calls would be judged otherwise" in said
    assert "the least that lets pass what was called, from 13 calls" in said
    assert "suggested lines in the draft" in said
    assert with_notes.policy_file.read_text() != before
    policy = json.loads(with_notes.policy_file.read_text())
    assert policy["default"] == "deny" and policy.get("mode") != "observe"
    assert policy["servers"]["notes"]["tools"]["delete_note"] == {"action": "require_approval"}
