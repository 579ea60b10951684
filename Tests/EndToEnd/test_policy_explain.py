"""What `gatehouse policy explain` tells of one call."""

import json
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse
from rig.wire import PLAIN

POLICY = """{
  "version": "1",
  "hide": ["run_*"],
  "tools": {
    "get_note": {},
    "delete_note": {"action": "deny", "reason": "notes are kept"},
    "add_*": {
      "limits": [
        {"window": "minute", "max": 10}
      ]
    }
  },
  "resources": {"file:*": {}},
  "prompts": {"greet": {}}
}
"""


@pytest.fixture
def explained(gatehouse: Gatehouse) -> Gatehouse:
    gatehouse.set_policy(POLICY)
    return gatehouse


def told(gatehouse: Gatehouse, *words: str) -> dict:
    return json.loads(gatehouse.succeed("policy", "explain", "--json", *words))


def test_the_first_line_is_the_verdict_and_the_second_the_reason(explained: Gatehouse) -> None:
    lines = explained.succeed("policy", "explain", "notes", "delete_note").splitlines()
    assert lines[:2] == ["deny  notes/delete_note  by /tools/delete_note, line 6", "  notes are kept"]
    assert any(line.split()[:3] == ["denies", "action", "/tools/delete_note"] for line in lines[3:])


def test_every_verdict_ends_with_0(explained: Gatehouse) -> None:
    verdicts = {
        tool: (told(explained, "notes", tool)["verdict"], told(explained, "notes", tool)["rule"])
        for tool in ("get_note", "delete_note", "add_note", "run_script", "other")
    }
    assert verdicts == {
        "get_note": ("allow", "/tools/get_note"),
        "delete_note": ("deny", "/tools/delete_note"),
        "add_note": ("allow", "/tools/add_*"),
        "run_script": ("hide", "(hidden)"),
        "other": ("deny", "(default)"),
    }


def test_limits_are_told_although_nothing_is_counted(explained: Gatehouse) -> None:
    text = explained.succeed("policy", "explain", "notes", "add_note")
    assert "10/minute" in text and "line 9" in text
    assert "no call is counted yet" in text


def test_resources_prompts_and_requests_are_explained_too(explained: Gatehouse) -> None:
    resource = told(explained, "notes", "file:///x", "--resource")
    assert (resource["kind"], resource["verdict"], resource["rule"]) == ("resource", "allow", "/resources/file:*")
    assert told(explained, "notes", "greet", "--prompt", "{}")["verdict"] == "allow"
    request = told(explained, "notes", "elicitation/create", "--request")
    assert (request["verdict"], request["rule"]) == ("deny", "(default)")


def test_the_report_for_programs_has_the_keys_that_help_names(explained: Gatehouse) -> None:
    report = told(explained, "notes", "delete_note", "--at", "2026-11-21T12:00:00+01:00")
    assert report["policy"]["file"] == str(explained.policy_file) and len(report["policy"]["revision"]) == 12
    assert (report["time"], report["line"], report["enforced"]) == ("2026-11-21T11:00:00.000000Z", 6, True)
    assert {"outcome", "subject", "rule", "line", "text", "conditions"} == set(report["steps"][-1])
    for key in report:
        assert f'"{key}"' in explained.succeed("policy", "explain", "--help")


def test_without_a_policy_everything_is_denied_and_the_reason_is_told(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(None)
    text = gatehouse.succeed("policy", "explain", "notes", "get_note")
    assert text.startswith("deny  notes/get_note  by (no policy)\n")
    assert "everything is denied" in text and str(gatehouse.policy_file) in text


def test_a_policy_that_is_refused_explains_nothing(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy('{\n  "version": "1",\n  "tolls": {}\n}')
    done = gatehouse.run("policy", "explain", "notes", "get_note")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{gatehouse.policy_file}:3:3: error: unknown key `tolls`" in done.stderr
    other = gatehouse.home / "other.json"
    assert gatehouse.run("policy", "explain", "notes", "get_note", "--policy", str(other)).returncode == 1
    other.write_text('{"version":"1","default":"allow"}')
    assert gatehouse.run("policy", "explain", "notes", "get_note", "--policy", str(other)).stdout.startswith("allow")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('{"a": 1, "a": 2}', "ARGS:1:10: the key `a` occurs twice"),
        ("[1]", "the arguments of a call are a JSON object, not an array"),
        ('{\n "a": 01}', ":2:7: a number is not written as JSON writes numbers"),
        ("", ":1:1: the text ends in the middle of a value"),
    ],
)
def test_arguments_that_are_no_object_are_refused_with_their_place(
    explained: Gatehouse, tmp_path: Path, arguments: str, message: str
) -> None:
    file = tmp_path / "arguments.json"
    file.write_text(arguments)
    for done in (
        explained.run("policy", "explain", "notes", "get_note", str(file)),
        explained.run("policy", "explain", "notes", "get_note", "-", input=arguments),
    ):
        assert (done.returncode, done.stdout) == (1, "")
        assert message.removeprefix("ARGS") in done.stderr
    if message.startswith("ARGS"):
        assert message in explained.run("policy", "explain", "notes", "get_note", arguments).stderr


@pytest.mark.parametrize(
    ("words", "mentions"),
    [
        (["notes"], "SERVER TOOL"),
        (["notes", "x", "--prompt", "--resource"], "exclude each other"),
        (["notes", "x", "--at", "noon"], "`noon` is not a time"),
        (["notes", "x", "{}", "--resource"], "takes no arguments"),
        (["notes", "x", "-", "--schema", "-"], "only once"),
    ],
)
def test_a_mistake_in_the_words_ends_with_2(explained: Gatehouse, words: list[str], mentions: str) -> None:
    done = explained.run("policy", "explain", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert mentions in done.stderr


def test_a_tool_that_no_server_has_is_pointed_out(explained: Gatehouse) -> None:
    explained.succeed("servers", "add", "notes", "--", *PLAIN)
    before = explained.succeed("policy", "explain", "notes", "get_note")
    assert "servers scan notes" in before
    explained.succeed("servers", "scan")
    assert "note:" not in explained.succeed("policy", "explain", "notes", "get_note")
    assert told(explained, "notes", "get_note")["known"] is True
    missing = told(explained, "notes", "get_not")
    assert missing["known"] is False and missing["notes"] == ["`notes` lists no tool `get_not`; did you mean `get_note`?"]
    assert "did you mean `notes`?" in explained.succeed("policy", "explain", "note", "get_note")


def test_names_from_outside_do_nothing_to_the_terminal(explained: Gatehouse) -> None:
    text = explained.succeed("policy", "explain", "no\x1b[2Jtes", "x\u202ey" + "z" * 10_000)
    assert "\x1b" not in text and "\u202e" not in text
    assert len(text) < 8_000
