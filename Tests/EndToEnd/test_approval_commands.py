"""The edges of the commands by which people decide: what they refuse, what they assume, what they say."""

import json

import pytest

from rig.approvals import asking
from rig.gatehouse import Gatehouse
from rig.stream import Event
from rig.waiting import eventually
from rig.wire import Wire, plain


def ask(gatehouse: Gatehouse, wire: Wire, arguments: dict[str, object] | None = None, id: int = 1) -> Event:
    """Makes a call that waits, and returns what is told of it."""
    params = {"name": "get_note", "arguments": arguments or {}}
    wire.send({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})

    def waits() -> Event | None:
        pending = json.loads(gatehouse.succeed("pending", "--json"))
        return pending[-1] if len(pending) == id else None

    event: Event = eventually(waits, what="the call waits")
    return event


@pytest.fixture
def wire(gatehouse: Gatehouse) -> Wire:
    gatehouse.set_policy({"version": "1", "default": "allow", "tools": {"get_note": asking(hold=300, timeout=600)}})
    wire = plain(gatehouse)
    wire.initialize()
    return wire


def test_a_beginning_that_fits_two_calls_names_none(gatehouse: Gatehouse, wire: Wire) -> None:
    first, second = ask(gatehouse, wire, {"n": 1}), ask(gatehouse, wire, {"n": 2}, id=2)
    beginning = first["id"][:2]
    assert second["id"].startswith(beginning)
    for words in (["approve", beginning], ["deny", beginning], ["extend", beginning], ["approve", ""]):
        done = gatehouse.person.run(*words)
        assert done.returncode == 1 and "call that waits" in done.stderr, done.stderr
    assert "is not one call that waits but 2" in gatehouse.person.run("approve", beginning).stderr
    assert len(json.loads(gatehouse.succeed("pending", "--json"))) == 2


def test_yes_is_for_rules_alone(gatehouse: Gatehouse, wire: Wire) -> None:
    event = ask(gatehouse, wire)
    for words in (["--yes"], ["--yes", "--session"], ["--yes", "--for", "5m"]):
        done = gatehouse.person.run("approve", event["id"], *words)
        assert done.returncode == 2 and "`--yes` goes with `--rule` alone" in done.stderr
    assert len(json.loads(gatehouse.succeed("pending", "--json"))) == 1


def test_more_time_is_five_minutes(gatehouse: Gatehouse, wire: Wire) -> None:
    event = ask(gatehouse, wire)
    gatehouse.person.succeed("extend", event["id"])
    after, = json.loads(gatehouse.succeed("pending", "--json"))
    # What has passed since the first answer is all that it can be less.
    assert event["remaining_ms"] + 300_000 >= after["remaining_ms"] > event["remaining_ms"] + 200_000


def test_it_is_said_who_waits_and_what_is_hidden(gatehouse: Gatehouse, wire: Wire) -> None:
    event = ask(gatehouse, wire, {"password": "hunter22hunter"})
    shown = gatehouse.person.succeed("approve", event["id"])
    assert "waits      yes\n" in shown
    assert "what looks like a secret is not shown" in shown and "hunter22hunter" not in shown
    wire.message()
    gatehouse.set_policy({"version": "1", "default": "allow", "tools": {"get_note": asking(hold=0)}})
    assert gatehouse.person.stream(subscribe=False).ask({"op": "reload"})["event"] == "done"
    params = {"name": "get_note", "arguments": {"n": 2}}
    assert "call again" in wire.ask("tools/call", params, 2)["result"]["content"][0]["text"]
    event, = json.loads(gatehouse.succeed("pending", "--json"))
    shown = gatehouse.person.succeed("approve", event["id"])
    assert "waits      no longer: one identical call will pass" in shown
    assert "not shown" not in shown


def test_what_is_longer_than_is_shown_needs_its_digest(gatehouse: Gatehouse, wire: Wire) -> None:
    event = ask(gatehouse, wire, {"text": "x" * (1 << 20)})
    refused = gatehouse.person.run("approve", event["id"])
    assert refused.returncode == 1 and f"--digest {event['digest']}" in refused.stderr
    shown = gatehouse.person.succeed("approve", event["id"], "--digest", event["digest"])
    assert f"cut: {1 << 20} of {event['args_bytes']} bytes are shown" in shown
    assert wire.message()["id"] == 1


def test_whoever_may_not_answer_may_still_reload(gatehouse: Gatehouse, wire: Wire) -> None:
    (gatehouse.home / "config.json").write_text('{"approvals": {"from": "console"}}')
    with gatehouse.person.stream(subscribe=False) as somebody:
        assert somebody.ask({"op": "reload"})["event"] == "done"
        # It is in force now, and a reload is no answer.
        event = ask(gatehouse, wire)
        answer = somebody.ask({"op": "deny", "approval": event["id"]})
        assert (answer["event"], "console on a terminal" in answer["message"]) == ("refused", True)
        assert somebody.ask({"op": "reload"})["event"] == "done"
