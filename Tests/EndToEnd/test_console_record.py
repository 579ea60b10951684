"""The console over the record: its pane, the rule as it was, the effect of unsaved edits, a policy from what was called."""

import json
import runpy
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import PLAIN, plain

BENCHMARK = Path(__file__).resolve().parent.parent / "Benchmarks/log"
LIMITED = {"version": "1", "default": "allow", "tools": {"get_note": {"limits": [{"window": "hour", "max": 3}]}}}


@pytest.fixture
def open_console(gatehouse: Gatehouse) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open(size: tuple[int, int] = (110, 36)) -> Terminal:
        opened.append(Terminal([gatehouse.binary], gatehouse.environment, size))
        opened[-1].shows("gate ● up")
        return opened[-1]

    yield open
    for terminal in opened:
        terminal.close()


def calls(gatehouse: Gatehouse, count: int, tool: str = "get_note") -> None:
    wire = plain(gatehouse)
    wire.initialize()
    for number in range(count):
        wire.call(tool, {"text": f"n{number}"})
    assert wire.finish() == 0


def known(gatehouse: Gatehouse, policy: dict) -> None:
    gatehouse.set_policy(policy)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")


def test_the_rule_as_it_was_and_as_it_is(gatehouse: Gatehouse, open_console) -> None:
    known(gatehouse, LIMITED)
    wire = plain(gatehouse)
    wire.initialize()
    for number in range(5):
        wire.call("get_note", {"text": f"n{number}"})
    # What the gate obeys is kept, once it has had its time.
    eventually(lambda: len(list((gatehouse.home / "policies").glob("*.json"))) == 1, what="the policy's text")
    assert (gatehouse.home / "policies").stat().st_mode & 0o777 == 0o700
    gatehouse.set_policy({"version": "1", "default": "allow", "tools": {"get_note": {"limits": [{"window": "hour", "max": 9}]}}})
    eventually(lambda: len(list((gatehouse.home / "policies").glob("*.json"))) == 2, what="the next one")
    assert wire.finish() == 0

    console = open_console()
    console.keys("7")
    console.shows("7 History", "notes/get_note", "≈ limit", "then", "now", "p50")
    console.keys("/")
    console.type("decision:limit")
    console.keys("Enter")
    console.shows("2 decisions /decision:limit")
    console.keys("Enter")
    console.shows("the rule as it was", '"max": 3', "the rule as it is", '"max": 9')
    console.keys("J")
    console.shows_no("Decision of the record")
    console.shows("/tools/get_note")

    # A text that is not there any more is missed plainly.
    for kept in (gatehouse.home / "policies").iterdir():
        kept.unlink()
    console = open_console()
    console.keys("7")
    console.shows("5 decisions")
    console.keys("]", "Enter")
    console.shows("is not kept", "the rule as it is", '"max": 9')


def test_recorded_arguments_are_shown(gatehouse: Gatehouse, open_console) -> None:
    known(gatehouse, {"version": "1", "default": "allow"})
    (gatehouse.home / "config.json").write_text('{"record": {"arguments": "redacted", "mask": {"iban": "DE[0-9]{20}"}}}')
    wire = plain(gatehouse)
    wire.initialize()
    wire.call("get_note", {"text": "to DE12345678901234567890", "api_key": "hush-hush", "odd": "a\x1b[2Jb\u202e"})
    assert wire.finish() == 0

    console = open_console()
    console.keys("7")
    console.shows("1 decision")
    console.keys("Enter")
    console.shows("arguments", "secrets hidden", "[hidden: iban]", '"api_key": "[hidden]"')
    assert "hush" not in console.screen() and "DE1234" not in console.screen()


def test_unsaved_edits_are_tried_on_every_recorded_call(gatehouse: Gatehouse, open_console) -> None:
    known(gatehouse, {"version": "1", "default": "allow"})
    calls(gatehouse, 7)
    calls(gatehouse, 2, "delete_note")
    before = gatehouse.policy_file.read_text()
    console = open_console()
    console.type(":deny notes/get_note")
    console.keys("Enter")
    console.shows("effect on the last 7 days b", "7 allow→deny of 9 calls")
    console.keys("b")
    console.shows("effect on the last 30 days b", "7 allow→deny of 9 calls")
    console.type(":ask notes/delete_note")
    console.keys("Enter")
    console.shows("7 allow→deny, 2 allow→ask")
    console.keys("=")
    console.shows("9 of 9 calls would be judged otherwise", "7 allow→deny: notes/get_note 7", "2 allow→ask: notes/delete_note 2")
    console.keys("1", "u", "u")
    console.shows_no("allow→deny")
    assert gatehouse.policy_file.read_text() == before


def test_suggested_lines_are_taken_one_by_one(gatehouse: Gatehouse, open_console) -> None:
    known(gatehouse, {"version": "1", "default": "allow", "mode": "observe"})
    before = gatehouse.policy_file.read_text()
    calls(gatehouse, 12)
    calls(gatehouse, 2, "delete_note")
    console = open_console()
    console.type(":suggest")
    console.keys("Enter")
    console.shows("[x] mode", "[x] default", "[x] notes/get_note", "[x] notes/delete_note", "require approval", "from 14 calls")
    # All are taken but the second, which is the default's.
    console.keys("j", "Space", "Enter")
    console.shows("What the taken lines change", "+", "y into the draft")
    assert gatehouse.policy_file.read_text() == before
    console.keys("y")
    console.shows("3 suggested lines in the draft")
    assert gatehouse.policy_file.read_text() == before
    console.keys("C-s")
    console.shows("the gate runs rev")
    policy = json.loads(gatehouse.policy_file.read_text())
    assert policy["default"] == "allow" and policy.get("mode") != "observe"
    assert policy["servers"]["notes"]["tools"]["delete_note"] == {"action": "require_approval"}
    assert policy["servers"]["notes"]["tools"]["get_note"]["limits"][0]["window"] == "minute"
    console.keys("u")
    console.shows("undone: rules for what was called")


def test_no_key_waits_for_the_record(gatehouse: Gatehouse, open_console) -> None:
    known(gatehouse, {"version": "1", "default": "allow"})
    runpy.run_path(str(BENCHMARK))["generate"](gatehouse.home / "record", 200_000)
    console = open_console()
    console.keys("7")
    console.shows("200,000 decisions", within=60)
    console.type(":since all")
    console.keys("Enter")
    def cursor(screen: str) -> int:
        return next((row for row, line in enumerate(screen.splitlines()) if "▶" in line and "Live" not in line), -1)

    console.type(":deny /servers/db/tools/query")
    console.keys("Enter")
    begin = time.monotonic()
    longest = 0.0
    # As long as the edit is tried the cursor goes down and up again; if the console worked meanwhile, a key would wait for all of it.
    for number in range(200):
        screen = console.screen()
        if "allow→deny of 2" in screen:
            break
        pressed = time.monotonic()
        console.keys("j" if number % 2 == 0 else "k")
        console.until(lambda now, before=cursor(screen): cursor(now) != before, "the cursor elsewhere", 60)
        longest = max(longest, time.monotonic() - pressed)
    console.shows("allow→deny of 2", within=60)
    assert longest < max(0.25, (time.monotonic() - begin) * 0.6)
