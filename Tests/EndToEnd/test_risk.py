"""What tools do to the world, and the rules suggested for them: `tools`, `risk` and `policy suggest`."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rig.gatehouse import Gatehouse
from rig.pseudoterminal import Pseudoterminal
from rig.wire import PLAIN

TESTS = Path(__file__).resolve().parent.parent
LISTED = str(TESTS / "EndToEnd/peers/listed.py")
LISTS = sorted((TESTS / "Fixtures/tools-list").glob("*.json"))
CATEGORIES = ["Read", "Write", "Execute", "Destructive", "Financial"]


def scanned(gatehouse: Gatehouse, *files: Path) -> None:
    """Registers a server for each file, and asks it for its tools, page by page."""
    for file in files:
        gatehouse.succeed("servers", "add", file.stem, "--", sys.executable, LISTED, str(file))
    gatehouse.succeed("servers", "scan", timeout=120)


def judged(gatehouse: Gatehouse, *words: str, input: str | None = None) -> list[dict[str, Any]]:
    return json.loads(gatehouse.succeed("risk", "--json", *words, input=input))


def suggestion(gatehouse: Gatehouse, *words: str) -> dict[str, Any]:
    return json.loads(gatehouse.succeed("policy", "suggest", "--json", *words))


# tools


def test_every_tool_of_real_servers_is_told_with_what_it_was_judged_by(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(None)
    scanned(gatehouse, *LISTS)
    told = json.loads(gatehouse.succeed("tools", "--json"))
    listed = {(file.stem, tool["name"]) for file in LISTS for tool in json.loads(file.read_text())["tools"]}
    assert {(tool["server"], tool["name"]) for tool in told} == listed and len(listed) > 60
    for tool in told:
        assert tool["category"] in CATEGORIES and 0 <= tool["confidence"] <= 100
        assert tool["evidence"] and all(0 <= found["weight"] <= 100 for found in tool["evidence"])
        assert tool["recommended"] and tool["rule"] == "(no policy)"
    text = gatehouse.succeed("tools")
    assert len(re.findall(r"^\S+ +\S+ +(?:%s) " % "|".join(CATEGORIES), text, re.M)) == len(listed)
    for category in CATEGORIES:
        some = json.loads(gatehouse.succeed("tools", "--json", "--category", category.lower()))
        assert some == [tool for tool in told if tool["category"] == category]
    for option in ("--severity", "--risk"):
        some = json.loads(gatehouse.succeed("tools", "--json", option, "critical"))
        assert some and some == [tool for tool in told if tool["severity"] == "Critical"]
    assert gatehouse.run("tools", "--category", "nice").returncode == 2


def test_a_server_that_claims_otherwise_is_told_of(gatehouse: Gatehouse) -> None:
    lying = {
        "tools": [
            {"name": "delete_all", "description": "Deletes everything.", "annotations": {"readOnlyHint": True}},
            {"name": "get_page", "description": "Gets a page.", "annotations": {"destructiveHint": True}},
            {"name": "list_pages", "description": "Lists pages.", "annotations": {"readOnlyHint": True}},
        ]
    }
    file = gatehouse.home / "lying.json"
    file.write_text(json.dumps(lying))
    scanned(gatehouse, file)
    told = {tool["name"]: tool for tool in json.loads(gatehouse.succeed("tools", "--json"))}
    assert told["delete_all"]["category"] == "Destructive"
    assert told["get_page"]["category"] != "Read"
    assert "disagreement" not in told["list_pages"]
    text = gatehouse.succeed("tools")
    assert "lying/delete_all: the server calls it read-only, its words say Destructive" in text
    assert "lying/get_page: the server calls it destructive, its words say Read" in text
    assert "read-only, its words say Destructive" in gatehouse.succeed("risk", "delete_all")


# risk


def test_a_name_alone_is_judged(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(None)
    [page] = judged(gatehouse, "get_page")
    assert (page["category"], page["known"], page["recommended"]["rule"]) == ("Read", False, {"action": "allow"})
    [refund] = judged(gatehouse, "shop/refund_order")
    assert (refund["name"], refund["category"], refund["severity"]) == ("refund_order", "Financial", "Critical")
    assert judged(gatehouse, "frobnicate")[0]["category"] == "Write"
    text = gatehouse.succeed("risk", "get_page")
    assert 'name has "get": Read 78' in text and "recommended: allow" in text
    assert list(gatehouse.home.iterdir()) == []


def test_a_known_tool_is_judged_by_its_whole_definition(gatehouse: Gatehouse) -> None:
    for name in ("notes", "more"):
        gatehouse.succeed("servers", "add", name, "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    both = judged(gatehouse, "delete_note")
    assert [tool["server"] for tool in both] == ["more", "notes"] or [tool["server"] for tool in both] == ["notes", "more"]
    [one] = judged(gatehouse, "notes/delete_note")
    assert one["known"] and {"name", "description"} <= {found["field"] for found in one["evidence"]}
    wrong = gatehouse.run("risk", "notes/delete_nots")
    assert wrong.returncode == 1 and "did you mean `notes/delete_note`" in wrong.stderr


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.stem)
def test_a_list_of_a_real_server_is_judged_in_each_of_its_shapes(gatehouse: Gatehouse, file: Path) -> None:
    tools = json.loads(file.read_text())["tools"]
    shapes = [{"tools": tools}, tools, {"jsonrpc": "2.0", "id": 1, "result": {"tools": tools, "nextCursor": "x"}}]
    answers = [judged(gatehouse, "-", input=json.dumps(shape)) for shape in shapes]
    assert answers[0] == answers[1] == answers[2]
    assert [tool["name"] for tool in answers[0]] == [tool["name"] for tool in tools]
    assert judged(gatehouse, "-", input=json.dumps(tools[0])) == answers[0][:1]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ('{"tools": [\n  {"name": "a",}\n]}', "(standard input):2:"),
        ('{"tools": 1}', "no list of tools"),
        ('{"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "m"}}', "an error of a server"),
        ('{"tools": [{"name": "get_a"},\n {"name": ""}]}', "(standard input):2:2: tool 2 has no name"),
        ("", "(standard input):1:1"),
    ],
)
def test_what_is_no_list_is_told_with_its_place(gatehouse: Gatehouse, text: str, mentions: str) -> None:
    done = gatehouse.run("risk", "-", input=text)
    assert done.returncode == 1 and mentions in done.stderr
    assert ("get_a" in done.stdout) == ("get_a" in text)


def test_texts_of_a_server_cannot_reach_the_terminal(gatehouse: Gatehouse) -> None:
    nasty = [{"name": "get_\x1b[31mred", "description": "Deletes\x1b]0;x\x07 all."}]
    text = gatehouse.succeed("risk", "-", input=json.dumps(nasty))
    assert "\x1b" not in text and "\x07" not in text
    assert gatehouse.run("risk").returncode == 2


# policy suggest


def test_the_suggested_policy_is_valid_and_recommends_by_category(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(None)
    scanned(gatehouse, *LISTS)
    told = suggestion(gatehouse)
    rules = {
        (server, name): rule
        for server, level in json.loads(told["text"])["servers"].items()
        for name, rule in level["tools"].items()
    }
    limit = {"window": "minute", "scope": "grant"}
    wanted = {
        "Read": {"action": "allow"},
        "Write": {"limits": [{**limit, "max": 30}]},
        "Execute": {"limits": [{**limit, "max": 10}], "match_schema": True},
        "Destructive": {"action": "require_approval"},
        "Financial": {"action": "require_approval"},
    }
    tools = json.loads(gatehouse.succeed("tools", "--json"))
    assert rules == {(tool["server"], tool["name"]): wanted[tool["category"]] for tool in tools}
    assert not gatehouse.policy_file.exists()
    gatehouse.set_policy(told["text"])
    gatehouse.succeed("policy", "validate")
    again = suggestion(gatehouse)
    assert again["changes"] == [] and again["diff"] == "" and {tool["state"] for tool in again["tools"]} == {"same"}
    assert "nothing to change" in gatehouse.succeed("policy", "suggest")


def test_the_diff_applies_to_the_policy_in_force_and_rules_of_ones_own_stay(gatehouse: Gatehouse, tmp_path: Path) -> None:
    own = '{\n  "version": "1",\n  "default": "deny", "tools": {\n    "delete_note": {"action": "deny"}\n  }\n}\n'
    gatehouse.set_policy(own)
    for name in ("notes", "more"):
        gatehouse.succeed("servers", "add", name, "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    text = gatehouse.succeed("policy", "suggest", "--server", "notes")
    assert "notes/get_note: deny by default becomes allow" in text
    assert "kept: notes/delete_note: deny; recommended: require approval (Destructive)" in text
    assert "more" not in text and gatehouse.policy_file.read_text() == own
    copy = tmp_path / "policy.json"
    copy.write_text(own)
    subprocess.run(["patch", str(copy)], input=text, text=True, check=True, capture_output=True)
    told = suggestion(gatehouse, "--server", "notes")
    assert copy.read_text() == told["text"]
    assert {tool["name"]: tool["state"] for tool in told["tools"]} == {
        "get_note": "new", "delete_note": "kept", "run_script": "new"
    }
    everything = json.loads(suggestion(gatehouse, "--server", "notes", "--all")["text"])
    assert everything["servers"]["notes"]["tools"]["delete_note"] == {"action": "require_approval"}
    assert everything["tools"] == {"delete_note": {"action": "deny"}}


def test_nothing_is_written_without_a_diff_and_a_yes(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(None)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    refused = gatehouse.run("policy", "suggest", "--write", input="yes\n")
    assert refused.returncode == 1 and "no terminal" in refused.stderr and not gatehouse.policy_file.exists()
    command = [gatehouse.binary, "policy", "suggest", "--write"]
    for answer, code in (("y", 1), ("no", 1), ("yes", 0)):
        terminal = Pseudoterminal(command, gatehouse.environment)
        terminal.until(lambda drawn: b"Type yes: " in drawn, "the question")
        assert b'+        "get_note": {"action": "allow"}' in terminal.drawn
        assert not gatehouse.policy_file.exists()
        terminal.type(answer + "\n")
        assert terminal.end() == code
    assert "get_note" in gatehouse.policy_file.read_text()
    assert gatehouse.policy_file.stat().st_mode & 0o777 == 0o600
    gatehouse.succeed("policy", "validate")


def test_suggesting_needs_tools_that_are_known(gatehouse: Gatehouse) -> None:
    nothing = gatehouse.run("policy", "suggest")
    assert nothing.returncode == 1 and "servers scan" in nothing.stderr
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    wrong = gatehouse.run("policy", "suggest", "--server", "nots")
    assert wrong.returncode == 1 and "did you mean `notes`" in wrong.stderr
    gatehouse.set_policy('{"version": "1", "tols": {}}')
    broken = gatehouse.run("policy", "suggest")
    assert broken.returncode == 1 and "policy.json:1:" in broken.stderr
