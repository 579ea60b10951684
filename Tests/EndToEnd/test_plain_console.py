"""The console in lines of text, and its keys as a file: what is typed through a pipe is saved and obeyed."""

import json

import pytest

from rig.gatehouse import Gatehouse
from rig.wire import PLAIN, Wire, refusal


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
