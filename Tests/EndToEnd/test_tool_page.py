"""The whole definition of a tool: asked over the socket, shown by the console."""

import json
import sys
from typing import Any

from rig.approvals import denied_by_a_person
from rig.gatehouse import Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import Wire

#: A server that lists what its first argument says.
LISTER = """
import json, sys
tools = json.loads(sys.argv[1])
if len(sys.argv) > 2:
    tools[0]["description"] = "x" * int(sys.argv[2])
for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m:
        continue
    if m["method"] == "initialize":
        r = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
    elif m["method"] == "tools/list":
        r = {"tools": tools}
    else:
        r = {"content": [], "isError": False}
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
"""

TOOL = {
    "name": "delete_note",
    "description": "Deletes a note. This cannot be undone.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "The note's file"},
            "mode": {"type": "string", "enum": ["bin", "forever"]},
        },
        "required": ["path"],
    },
    "annotations": {"readOnlyHint": True},
}


def lister(gatehouse: Gatehouse, tools: list[dict[str, Any]], *words: str) -> Wire:
    wire = Wire(gatehouse.start("run", "--name", "notes", "--", sys.executable, "-c", LISTER, json.dumps(tools), *words))
    wire.initialize()
    wire.ask("tools/list", id="list")
    return wire


def test_the_socket_tells_a_tool_s_whole_definition(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    wire = lister(gatehouse, [TOOL, {"name": "x\u202e", "inputSchema": []}, {**TOOL, "description": "second"}])
    stream = gatehouse.stream(subscribe=False)

    def answer(name: str, server: str = "notes") -> dict[str, Any]:
        return stream.ask({"op": "tool", "server": server, "name": name})

    eventually(lambda: "definition" in answer("delete_note"), what="the definition")
    assert json.loads(answer("delete_note")["definition"]) == TOOL
    assert json.loads(answer("x\u202e")["definition"]) == {"name": "x\u202e", "inputSchema": []}
    assert answer("DELETE_NOTE")["problem"] == "the server `notes` listed no tool of this name"
    assert answer("x", "nobody")["problem"] == "nothing is known of the server `nobody`"
    wire.finish()


def test_the_answer_is_bounded(gatehouse: Gatehouse) -> None:
    gatehouse.serve()
    wire = lister(gatehouse, [{"name": "big"}, TOOL], str(2 << 20))
    stream = gatehouse.stream(subscribe=False)
    ask = {"op": "tool", "server": "notes", "name": "big"}
    eventually(lambda: "is the most shown" in stream.ask(ask)["problem"], what="the refusal")
    assert "definition" not in stream.ask(ask)
    wire.finish()


def revision(gatehouse: Gatehouse) -> str:
    """What the gate runs."""
    return json.loads(gatehouse.succeed("status", "--json"))["policy"]["revision"]


def test_the_recommended_rule_is_applied_saved_and_obeyed(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow"})
    gatehouse.serve()
    wire = lister(gatehouse, [TOOL])
    assert not wire.call("delete_note")["result"]["isError"]
    console = Terminal([gatehouse.binary], gatehouse.environment, (160, 48))
    try:
        console.shows("delete_note")
        console.keys("g", "Down", "t")
        console.shows("2 parameters, 1 required", "one of bin, forever", "the server claims: read-only", "w applies it")
        console.keys("w")
        console.shows("it has it")
        before = revision(gatehouse)
        console.keys("C-s")
        console.shows("policy.json saved")
        console.keys("Escape")
        console.shows_no("Tool of notes")
        eventually(lambda: revision(gatehouse) != before, what="the gate to run what was saved")
        console.keys("q")
        assert console.status() == 0
    finally:
        console.close()
    refused = denied_by_a_person(gatehouse, wire, "delete_note")
    assert refused["isError"] and "Rule /servers/notes/tools/delete_note" in refused["content"][0]["text"]
    wire.finish()
