"""Deciding about calls in the console: what is shown, which keys count, and what becomes of the call."""

import json
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from rig import processes
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, refusal

POLICY = {
    "version": "1",
    "default": "allow",
    "tools": {"delete_note": {"action": "require_approval", "reason": "notes are dear"}},
}


@pytest.fixture
def consoles(gatehouse: Gatehouse) -> Iterator[Callable[..., Terminal]]:
    """Opens consoles over one server whose deleting asks."""
    gatehouse.set_policy(POLICY)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    opened: list[Terminal] = []

    def open(*options: str, size: tuple[int, int] = (80, 24)) -> Terminal:
        terminal = Terminal([gatehouse.binary, *options], gatehouse.environment, size)
        opened.append(terminal)
        if "--plain" not in options:
            terminal.shows("delete_note", "gate ● up", within=30)
            terminal.focus()
        return terminal

    yield open
    for terminal in opened:
        terminal.close()


@pytest.fixture
def notes(gatehouse: Gatehouse, consoles: object) -> Iterator[Wire]:
    wire = Wire(gatehouse.start("connect", "notes"), within=30)
    wire.initialize()
    yield wire
    if wire.process.poll() is None:
        wire.process.kill()
        wire.process.wait()


def ask(wire: Wire, id: int = 7, **arguments: str) -> None:
    wire.send(
        {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "delete_note", "arguments": arguments}}
    )


def answer(wire: Wire, id: int = 7) -> dict:
    while True:
        message = wire.message(30)
        if message.get("id") == id and "method" not in message:
            return message


def look(console: Terminal) -> str:
    console.shows("then DENY", within=30)
    console.keys("3")
    return console.shows("armed", "notes are dear", within=30)


def test_the_person_approves(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    ask(notes, text="a\u202eb")
    # It is told wherever the person is, and takes no key.
    console.shows("▲ 1 call waits", "press 3", "1 Policy", within=30)
    screen = look(console)
    assert "a‹U+202E›b" in screen or "a\\u202eb" in screen
    assert "text holds 1 invisible character" in screen
    console.keys("a")
    assert answer(notes)["result"].get("isError") is not True
    console.shows("approved by", "nothing waits", within=30)
    console.shows_no("▲ 1")


def test_the_person_denies_and_says_why(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    ask(notes)
    look(console)
    console.keys("e")
    console.shows("deny, and say why:")
    console.type("ask me on Monday")
    console.shows("ask me on Monday", "armed")
    console.keys("Enter")
    assert "ask me on Monday" in refusal(answer(notes))
    console.shows("denied by", within=30)


def test_what_is_typed_ahead_decides_nothing(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    ask(notes)
    look(console)
    # All in one: none of these keys was typed at what is on the screen.
    console.type("aaaa")
    console.shows("the key is dropped", within=30)
    console.shows("▲ 1 call waits")
    console.shows("armed", within=30)
    console.keys("d")
    assert "denied" in refusal(answer(notes))


def test_a_call_whose_agent_has_gone_is_inert(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    ask(notes)
    look(console)
    notes.process.kill()
    notes.process.wait()
    console.shows("gone", within=30)
    console.keys("a")
    console.shows("this one is over", within=30)
    console.shows_no("▲ 1")


def test_of_two_consoles_the_first_decides(consoles: Callable[..., Terminal], notes: Wire) -> None:
    first, second = consoles(), consoles()
    ask(notes)
    look(first)
    look(second)
    first.keys("a")
    assert answer(notes)["result"].get("isError") is not True
    second.shows("approved by", within=30)
    second.keys("d")
    second.shows("this one is over", within=30)


def test_a_console_that_is_killed_takes_nothing_with_it(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    ask(notes)
    look(console)
    processes.kill([console.pid], signal.SIGKILL)
    console.status()
    # It waits still, and another console decides.
    other = consoles()
    look(other)
    other.keys("a")
    assert answer(notes)["result"].get("isError") is not True


@pytest.mark.parametrize("key", ["a", "s", "d"])
def test_a_console_killed_between_its_key_and_the_answer_decides_nothing(
    gatehouse: Gatehouse, consoles: Callable[..., Terminal], key: str
) -> None:
    log = gatehouse.home / "ran.log"
    gatehouse.succeed("servers", "add", "ledger", "--", *PLAIN, "--log", str(log))
    console = consoles()
    wire = Wire(gatehouse.start("connect", "ledger"), within=30)
    wire.initialize()
    ask(wire, text="once")
    look(console)
    gate = json.loads(gatehouse.succeed("status", "--json"))["pid"]
    processes.kill([gate], signal.SIGSTOP)
    try:
        console.keys(key)
        console.shows("asking", within=30)
        processes.kill([console.pid], signal.SIGKILL)
        console.status()
    finally:
        processes.kill([gate], signal.SIGCONT)
    # What the gate has read by now, it has judged: nobody knows any more who was at the other end.
    waits, = json.loads(gatehouse.person.succeed("pending", "--json"))
    assert waits["held"] and log.read_text().count("delete_note") == 0
    other = consoles()
    look(other)
    other.keys("a")
    assert answer(wire)["result"].get("isError") is not True
    assert log.read_text().count("delete_note") == 1
    # The record tells of the key, and of the one who decided.
    events = [
        json.loads(line) for path in (gatehouse.home / "record").iterdir() for line in path.read_text().splitlines()
    ]
    decided = [event for event in events if event["event"] == "approval" and event["state"] in ("approved", "denied")]
    assert [event["state"] for event in decided] == ["approved"]
    refused = [event for event in events if event.get("rule") == "(self_approval)"]
    assert [event["method"] for event in refused] == ["gatehouse/deny" if key == "d" else "gatehouse/approve"]
    wire.process.kill()
    wire.process.wait()


def test_several_are_decided_after_a_summary(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    ask(notes, 7, text="one")
    ask(notes, 8, text="two")
    console.shows("▲ 2 calls wait", within=30)
    look(console)
    console.keys("m")
    console.keys("m")
    console.shows("2 calls marked")
    console.keys("d")
    console.shows("Deny 2 calls?", "y denies each")
    console.shows_no("(arming…)")
    console.keys("y")
    assert refusal(answer(notes, 7))
    assert refusal(answer(notes, 8))


def test_everything_is_locked_and_opened_again(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles()
    console.type(":lockdown on")
    console.keys("Enter")
    console.shows("type LOCK:")
    console.type("LOCK")
    console.keys("Enter")
    console.shows("LOCKDOWN", within=30)
    assert "lock" in refusal(notes.call("get_note", id=20)).lower()
    console.type(":lockdown off")
    console.keys("Enter")
    console.shows("y yes")
    console.keys("y")
    console.shows_no("LOCKDOWN", within=30)
    eventually(lambda: notes.call("get_note", id=21)["result"].get("isError") is not True, 10, lambda: "still locked")


def test_lines_of_text_decide_too(consoles: Callable[..., Terminal], notes: Wire) -> None:
    console = consoles("--plain")
    console.shows("nothing unsaved", within=30)
    ask(notes, text="hello")
    console.shows("approval 1 wanted: notes/delete_note", '"hello"', "type approve 1", within=30)
    # What was printed must have been there to be read.
    time.sleep(0.5)
    console.type("deny 1 not today")
    console.keys("Enter")
    console.shows("approval 1: notes/delete_note, denied by", within=30)
    assert "not today" in refusal(answer(notes))


def test_a_rule_is_written_loaded_and_lets_the_call_and_the_next_one_pass(
    gatehouse: Gatehouse, consoles: Callable[..., Terminal], notes: Wire
) -> None:
    before = gatehouse.policy_file.read_text()
    console = consoles(size=(100, 40))
    ask(notes, path="a.md")
    look(console)
    console.keys("w")
    console.shows("New rule from this call", 'path  =  "a.md"', "nothing is written yet", "allow_if", within=30)
    console.keys("Escape")
    console.shows("the call still waits", within=30)
    assert gatehouse.policy_file.read_text() == before
    look(console)
    console.keys("w")
    console.shows("New rule from this call", within=30)
    console.keys("C-s")
    assert answer(notes)["result"].get("isError") is not True
    console.shows_no("New rule from this call", within=30)
    rule = json.loads(gatehouse.policy_file.read_text())["tools"]["delete_note"]
    assert rule["action"] == "require_approval" and len(rule["allow_if"]) == 1 and "expires" in rule["allow_if"][0]
    # The same call needs nobody any more, and another one does.
    ask(notes, 8, path="a.md")
    assert answer(notes, 8)["result"].get("isError") is not True
    ask(notes, 9, path="b.md")
    console.shows("▲ 1 call waits", within=30)
