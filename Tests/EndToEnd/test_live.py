"""Calls in the stream: what they were made with, how they are judged, and rules that are made from them."""

import json
import os
from typing import Any

from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import plain, refusal

POLICY = {
    "version": "1",
    "default": "deny",
    "tools": {"read_note": {"deny_if": [{"conditions": [{"path": "args.path", "op": "eq", "value": "secret"}]}]}},
}


def sequence(stream: Any, tool: str) -> int:
    return stream.until(lambda e: e["event"] == "decision" and e["tool"] == tool, what="the decision")["seq"]


def test_the_socket_tells_a_call_s_arguments_and_how_it_is_judged(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(POLICY)
    gatehouse.serve()
    stream = gatehouse.stream()
    wire = plain(gatehouse)
    wire.initialize()
    assert "denied" in refusal(wire.call("read_note", {"path": "secret", "api_key": "k-123456789"}))
    told = stream.ask({"op": "explain", "seq": sequence(stream, "read_note")})
    assert json.loads(told["args"]) == {"path": "secret", "api_key": "[hidden]"}
    assert told["hidden"] is True and told["policy"] == told["policy_then"]
    assert told["now"]["verdict"] == "deny" and told["now"]["rule"] == "/tools/read_note/deny_if/0"
    conditions = [c for s in told["now"]["steps"] for c in s["conditions"]]
    assert conditions[0]["found"] == '"secret"' and conditions[0]["outcome"] == "holds"
    assert "k-123456789" not in json.dumps(told)
    # Another policy judges the same call in another way, and nothing is counted.
    gatehouse.set_policy({"version": "1", "default": "allow"})
    eventually(lambda: stream.ask({"op": "explain", "seq": told["seq_of_decision"]})["now"]["verdict"] == "allow")
    assert stream.ask({"op": "explain", "seq": 999999})["problem"]
    glimpse = stream.ask({"op": "glimpse", "seqs": [told["seq_of_decision"], 999999]})["calls"]
    assert glimpse[0]["text"] == 'path="secret" api_key="[hidden]"' and "text" not in glimpse[1]
    wire.finish()
    record = b"".join(p.read_bytes() for p in gatehouse.home.rglob("*.jsonl"))
    assert b"decision" in record and b"k-123456789" not in record and b'"path":"secret"' not in record


def test_secrets_are_hidden_however_deep_they_are(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.serve()
    stream = gatehouse.stream()
    wire = plain(gatehouse)
    wire.initialize()
    deep: Any = {"api_key": "k-123456789"}
    for _ in range(110):
        deep = {"in": deep}
    wire.call("read_note", deep)
    told = stream.ask({"op": "explain", "seq": sequence(stream, "read_note")})
    assert told["hidden"] is True and "[hidden]" in told["args"] and "k-123456789" not in json.dumps(told)


def test_a_policy_is_tried_on_the_calls_that_are_remembered(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.serve()
    # The policy is tried for people only: not for a client, as the test is, nor for what it starts.
    refused = gatehouse.stream(subscribe=False)
    stream = gatehouse.person.stream(subscribe=False)
    wire = plain(gatehouse)
    wire.initialize()
    assert refused.ask({"op": "simulate", "policy": json.dumps(POLICY)})["event"] == "refused"
    for number in range(5):
        wire.call("read_note", {"path": "secret" if number % 2 else "open"}, id=number + 1)
    wire.call("write_note", {"path": "x"}, id=9)
    found = stream.ask({"op": "simulate", "policy": json.dumps(POLICY)})
    assert found["event"] == "simulated" and found["calls"] == 6 and found["unknown"] == 0
    assert found["changes"] == [{"from": "allow", "to": "deny", "calls": 3}]
    POLICY_OPEN = {**POLICY, "default": "allow"}
    found = stream.ask({"op": "simulate", "policy": json.dumps(POLICY_OPEN)})
    assert found["changes"] == [{"from": "allow", "to": "deny", "calls": 2}]
    assert [(t["tool"], t["calls"]) for t in found["tools"]] == [("read_note", 2)]
    assert "line 1" in stream.ask({"op": "simulate", "policy": '{"version": "7"}'})["message"]
    wire.finish()


def test_a_rule_from_a_denied_call_lets_the_next_one_pass(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "deny", "description": "mine", "tools": {"other": {}}})
    gatehouse.serve()
    wire = plain(gatehouse)
    wire.initialize()
    before = gatehouse.policy_file.read_text()
    console = Terminal([gatehouse.binary], gatehouse.environment, (120, 40))
    try:
        console.shows("gate ● up")
        assert "denied" in refusal(wire.call("write_note", {"path": "a.md", "mode": "new"}))
        console.keys("4")
        console.shows("write_note")
        console.keys("Enter")
        console.shows("arguments", '"path": "a.md"', "trace", "so now")
        console.keys("w")
        console.shows("New rule from this call", 'path  =  "a.md"', "no other arguments", "nothing is written yet")
        console.shows("1 changes (1 deny→allow)")
        console.keys("C-s")
        console.shows("the rule is in force")
        console.shows_no("New rule from this call")
        assert "[gatehouse]" not in json.dumps(wire.call("write_note", {"path": "a.md", "mode": "new"}, id=2))
        assert "denied" in refusal(wire.call("write_note", {"path": "b.md", "mode": "new"}, id=5))
        assert "denied" in refusal(wire.call("write_note", {"path": "a.md", "mode": "new", "force": True}, id=6))
        after = gatehouse.policy_file.read_text()
        assert json.loads(after)["tools"] == {"other": {}} and "expires" in after
        # One piece was put in, and every other byte is as it was.
        start = len(os.path.commonprefix([before, after]))
        end = len(os.path.commonprefix([before[::-1], after[::-1]]))
        assert start + end >= len(before)
        console.keys("q")
        assert console.status() == 0
    finally:
        console.close()
    wire.finish()
