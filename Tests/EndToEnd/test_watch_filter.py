"""What the gate sends to those that want only some decisions."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, Wire

POLICY = {
    "version": "1", "default": "deny",
    "tools": {"get_note": {}, "list_notes": {}, "delete_note": {"action": "require_approval"}},
}


@pytest.fixture
def notes(gatehouse: Gatehouse) -> Iterator[Wire]:
    gatehouse.set_policy(POLICY)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    wire = Wire(gatehouse.start("connect", "notes"), within=30)
    wire.initialize()
    yield wire
    wire.process.kill()
    wire.process.wait()


def call_some(notes: Wire) -> None:
    for id, tool in enumerate(("get_note", "drop_it", "list_notes", "get_note"), 10):
        notes.call(tool, id=id)


def test_only_what_fits_comes_with_its_results(gatehouse: Gatehouse, notes: Wire) -> None:
    with gatehouse.stream(subscribe=False) as stream:
        stream.ask({"op": "subscribe", "filter": "tool:get_note"})
        call_some(notes)
        stream.until(lambda event: len(stream.of("result")) == 2, what="two results")
        with gatehouse.person.stream(subscribe=False) as person:
            person.ask({"op": "lockdown", "on": True})
            stream.until(lambda event: event["event"] == "lockdown", what="the lockdown")
            person.ask({"op": "lockdown", "on": False})
        assert [event["tool"] for event in stream.decisions()] == ["get_note", "get_note"]
        told = {event["seq"] for event in stream.decisions()}
        assert {event["seq_of_decision"] for event in stream.of("result")} == told
        assert stream.of("gap") == []
    # Those of before too, judged by their age.
    with gatehouse.stream(subscribe=False) as stream:
        stream.ask({"op": "subscribe", "filter": "deny age<1h", "since": 0})
        stream.until(lambda event: event["event"] == "decision", what="the denial")
        assert [event["tool"] for event in stream.decisions()] == ["drop_it"]


def test_a_filter_that_is_none_is_refused(gatehouse: Gatehouse, notes: Wire) -> None:
    with gatehouse.stream(subscribe=False) as stream:
        refused = stream.answer(stream.begin({"op": "subscribe", "filter": "deny ("}), 10)
        assert refused["event"] == "refused" and "character" in refused["message"]
        assert stream.answer(stream.begin({"op": "subscribe", "filter": "x" * 3000}), 10)["event"] == "refused"
        assert stream.answer(stream.begin({"op": "subscribe", "filter": " "}), 10)["event"] == "done"
    done = gatehouse.run("watch", "--filter", "deny (")
    assert done.returncode == 2 and "character" in done.stderr


def test_there_are_not_any_number_of_filters(gatehouse: Gatehouse, notes: Wire) -> None:
    streams = [gatehouse.stream(subscribe=False) for _ in range(33)]
    try:
        answers = [stream.answer(stream.begin({"op": "subscribe", "filter": "deny"}), 10) for stream in streams]
        assert [answer["event"] for answer in answers] == ["done"] * 32 + ["refused"]
        streams[0].close()
        eventually(
            lambda: streams[32].answer(streams[32].begin({"op": "subscribe", "filter": "deny"}), 10)["event"] == "done"
        )
    finally:
        for stream in streams:
            stream.close()


@pytest.mark.parametrize("as_json", [False, True])
def test_watch_leaves_out_what_does_not_fit_and_never_a_question(
    gatehouse: Gatehouse, notes: Wire, as_json: bool
) -> None:
    words = ["--json"] if as_json else []
    watch = gatehouse.start("watch", *words, "--filter", "deny", stdin=subprocess.DEVNULL)
    eventually(lambda: json.loads(gatehouse.succeed("status", "--json"))["subscribers"] == 1, what="the watcher")
    call_some(notes)
    notes.send({"jsonrpc": "2.0", "id": 30, "method": "tools/call", "params": {"name": "delete_note", "arguments": {}}})
    lines: list[str] = []
    assert watch.stdout
    while not any("delete_note" in line for line in lines):
        lines.append(watch.stdout.readline().decode())
    watch.kill()
    watch.wait()
    assert any("drop_it" in line for line in lines)
    assert not any("get_note" in line for line in lines)
    if as_json:
        assert {json.loads(line)["event"] for line in lines} >= {"decision", "approval"}
    else:
        assert "approval" in lines[-1]
