"""What the record answers: log, stats, simulate and suggest over sessions that went through the gate."""

import csv
import io
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from rig import processes, sdk
from rig.gatehouse import Gatehouse
from rig.pseudoterminal import Pseudoterminal, run_on_terminal
from rig.real_servers import REAL_SERVERS
from rig.waiting import eventually
from rig.wire import plain, refusal

ALLOW = {"version": "1", "default": "allow"}


def log(gatehouse: Gatehouse, *words: str) -> list[dict[str, Any]]:
    """The decisions of the record."""
    return [json.loads(line) for line in gatehouse.succeed("log", "--json", *words).splitlines()]


def calls(gatehouse: Gatehouse, count: int, tool: str = "get_note", arguments: dict[str, Any] | None = None) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    for number in range(count):
        wire.call(tool, arguments or {"text": f"n{number}"})
    assert wire.finish() == 0


def kill_the_gate(gatehouse: Gatehouse) -> None:
    gate, = gatehouse.gates()
    os.kill(gate, signal.SIGKILL)
    eventually(lambda: not processes.is_alive(gate), what="the gate's end")


def test_the_log_tells_what_was_decided_and_how_it_ended(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(
        {"version": "1", "tools": {"get_note": {"limits": [{"window": "hour", "max": 3}]}, "add_note": {"action": "deny"}}}
    )
    calls(gatehouse, 5)
    calls(gatehouse, 1, "add_note")
    rows = [row for row in log(gatehouse) if row["method"] == "tools/call"]
    assert [(row["tool"], row["verdict"]) for row in rows] == [
        ("get_note", "allow"), ("get_note", "allow"), ("get_note", "allow"), ("get_note", "limit"), ("get_note", "limit"),
        ("add_note", "deny"),
    ]
    for row in rows:
        assert ("result" in row) == (row["verdict"] == "allow")
        assert row["segment"] == "0-000001.jsonl" and "hash" not in row and "args" not in row and len(row["args_digest"]) == 64
    assert rows[0]["result"]["outcome"] == "ok" and rows[0]["result"]["bytes"] > 0

    # In the words of the console, and to a bound.
    assert [row["seq"] for row in log(gatehouse, "--filter", "decision:limit server:notes")] == [rows[3]["seq"], rows[4]["seq"]]
    assert [row["seq"] for row in log(gatehouse, "--limit", "1")] == [rows[5]["seq"]]
    assert log(gatehouse, "--since", "1h", "--until", "30m") == []
    assert len(log(gatehouse, "--since", rows[3]["time"], "--until", rows[5]["time"])) == 2
    text = gatehouse.succeed("log", "--filter", "add_note")
    assert text.count("\n") == 1 and "deny" in text and "notes/add_note" in text and "/tools/add_note" in text

    for words in (["--since", "yesterday"], ["--filter", "tool:("], ["--json", "--csv"], ["--limit", "-1"], ["--since", "5m", "--until", "1h"]):
        assert gatehouse.run("log", *words).returncode == 2, words
    none = gatehouse.run("log", "--filter", "nothing_such")
    assert (none.returncode, none.stdout, none.stderr) == (0, "", "gatehouse: the record has no such decision\n")


def test_the_index_may_go_and_may_be_damaged(gatehouse: Gatehouse) -> None:
    assert gatehouse.run("log").returncode == 1  # There is no record.
    calls(gatehouse, 3)
    before = log(gatehouse)
    index = gatehouse.home / "record-index.db"
    assert index.stat().st_mode & 0o777 == 0o600
    index.unlink()
    assert log(gatehouse) == before
    index.write_bytes(b"no database at all" * 999)
    done = gatehouse.run("log", "--json")
    assert done.returncode == 0 and "was damaged" in done.stderr and "made anew" in done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == before
    assert gatehouse.run("log").stderr == ""
    # A killed gate begins another file, and the log has both.
    kill_the_gate(gatehouse)
    calls(gatehouse, 2)
    after = log(gatehouse)
    assert after[: len(before)] == before and {row["segment"] for row in after} == {"0-000001.jsonl", "0-000002.jsonl"}
    # What was removed is forgotten.
    (gatehouse.home / "record/0-000001.jsonl").unlink()
    assert log(gatehouse) == after[len(before) :]


def test_following_goes_on_when_another_gate_writes(gatehouse: Gatehouse) -> None:
    calls(gatehouse, 2)
    follower = gatehouse.start("log", "--follow", "--json", "--filter", "tool:get_note")
    collected: list[dict[str, Any]] = []

    def collect() -> None:
        for line in follower.stdout:
            collected.append(json.loads(line))

    reader = threading.Thread(target=collect, daemon=True)
    reader.start()
    eventually(lambda: len(collected) == 2, what="the last ones")
    calls(gatehouse, 3)
    eventually(lambda: len(collected) == 5, what="what came")
    kill_the_gate(gatehouse)
    calls(gatehouse, 4)
    eventually(lambda: len(collected) == 9, what="what came to the next file")
    assert [row["seq"] for row in collected] == [row["seq"] for row in log(gatehouse, "--filter", "tool:get_note")]
    follower.terminate()
    follower.wait(10)
    reader.join(10)


def test_no_name_reaches_a_terminal_or_a_spreadsheet_as_it_is(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    wire.call("@SUM(1)\u202e")
    assert wire.finish() == 0
    rows = list(csv.DictReader(io.StringIO(gatehouse.succeed("log", "--csv"))))
    row = next(row for row in rows if row["method"] == "tools/call")
    assert row["tool"] == "'@SUM(1)\u202e"
    for words in ([], ["--json"], ["--csv"]):
        code, drawn = run_on_terminal([str(gatehouse.binary), "log", *words], gatehouse.environment)
        assert code == 0 and "SUM(1)" in drawn, words
        assert "\x1b" not in drawn and "\u202e" not in drawn, words


def test_statistics_are_those_of_the_log(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy({"version": "1", "tools": {"get_note": {}}})
    calls(gatehouse, 7)
    calls(gatehouse, 2, "add_note")
    rows = log(gatehouse)
    stats = json.loads(gatehouse.succeed("stats", "--json"))
    assert stats["total"]["calls"] == len(rows)
    tools = {line["name"]: line for line in stats["tools"]}
    assert tools["get_note"]["calls"] == tools["get_note"]["allow"] == 7 and tools["add_note"]["deny"] == 2
    took = sorted(row["result"]["took_us"] for row in rows if row.get("tool") == "get_note")
    assert abs(tools["get_note"]["took_us"]["p50"] - took[3]) <= 0.02 * took[3] + 1
    assert tools["get_note"]["took_us"]["max"] == took[-1]
    assert sum(line["calls"] for line in stats["rules"]) == len(rows)
    assert stats["busiest_minute"]["calls"] <= len(rows)
    only = json.loads(gatehouse.succeed("stats", "--json", "--by", "rule"))
    assert "tools" not in only and only["rules"] == stats["rules"]
    for width in ("40", "100", "300"):
        for line in gatehouse.succeed("stats", environment={"COLUMNS": width, "LANG": "C.UTF-8"}).splitlines():
            assert len(line) <= max(int(width), 70), line
    assert gatehouse.run("stats", "--by", "colour").returncode == 2


def test_another_policy_is_tried_on_what_was_called(gatehouse: Gatehouse, tmp_path: Path) -> None:
    gatehouse.set_policy(ALLOW)
    calls(gatehouse, 6)
    calls(gatehouse, 2, "add_note")
    new = tmp_path / "new.json"

    def simulate(policy: dict[str, Any], *words: str, code: int = 0) -> dict[str, Any]:
        new.write_text(json.dumps(policy))
        done = gatehouse.run("policy", "simulate", str(new), "--json", "--filter", "tools/call", *words)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    assert simulate(ALLOW, "--check")["changed"] == 0
    limited = simulate({**ALLOW, "tools": {"get_note": {"limits": [{"window": "hour", "max": 4}]}}}, "--check", code=1)
    change, = limited["changes"]
    assert (change["from"], change["to"], change["calls"]) == ("allow", "limit", 2)
    assert [(line["server"], line["name"], line["calls"]) for line in change["targets"]] == [("notes", "get_note", 2)]
    text = gatehouse.succeed("policy", "simulate", str(new))
    assert "2 calls allow becomes limit: notes/get_note 2\n" in text
    # The arguments are not there.
    looking = {"require": [{"conditions": [{"path": "args.text", "op": "eq", "value": "n0"}]}]}
    told = simulate({**ALLOW, "tools": {"get_note": looking}}, "--check", code=1)
    assert (told["unknown"], told["changed"], told["calls"]) == (6, 0, 2)
    assert simulate({"version": "1"}, "--against", str(gatehouse.policy_file))["changed"] == 8
    assert gatehouse.run("policy", "simulate", str(tmp_path / "absent.json")).returncode == 1
    new.write_text(json.dumps({"version": "1", "mode": "observe"}))
    assert "the policy only observes: as it is, it stops nothing\n" in gatehouse.succeed("policy", "simulate", str(new))
    assert gatehouse.succeed("policy", "simulate", str(new), "--filter", "nothing_such") == "no calls to judge\n"


def test_arguments_are_recorded_where_that_is_chosen_and_secrets_never(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(ALLOW)
    secret = "ghp_abcdefghijklmnop1234"
    arguments = {"text": "hello", "api_key": "sesame-open", "note": f"use {secret}", "account": "DE1234"}
    settings = gatehouse.home / "config.json"
    calls(gatehouse, 1, arguments=arguments)
    settings.write_text(json.dumps({"record": {"arguments": "redacted", "mask": {"iban": "DE[0-9]+"}}}))
    gatehouse.person.succeed("stop")
    eventually(lambda: not gatehouse.gates(), what="the gate's end")
    calls(gatehouse, 1, arguments=arguments)
    first, second = (row for row in log(gatehouse) if row.get("tool") == "get_note")
    assert "args" not in first and second["args_masked"] is True
    assert second["args"] == {"text": "hello", "api_key": "[hidden]", "note": "use [hidden]", "account": "[hidden: iban]"}
    assert second["args_digest"] == first["args_digest"]
    for path in gatehouse.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert secret.encode() not in content and b"sesame-open" not in content and b"DE1234" not in content, path
    assert gatehouse.run("log", "verify").returncode == 0

    settings.write_text(json.dumps({"record": {"arguments": "full"}}))
    gatehouse.person.succeed("stop")
    eventually(lambda: not gatehouse.gates(), what="the gate's end")
    calls(gatehouse, 1, arguments=arguments)
    assert log(gatehouse, "--limit", "1")[0]["args"] == arguments
    # With them a policy that looks at them can be tried; what is masked cannot.
    new = gatehouse.home / "new.json"
    looking = {"deny_if": [{"conditions": [{"path": "args.account", "op": "starts_with", "value": "DE"}]}]}
    new.write_text(json.dumps({**ALLOW, "tools": {"get_note": looking}}))
    told = json.loads(gatehouse.succeed("policy", "simulate", str(new), "--json", "--filter", "get_note"))
    assert (told["calls"], told["changed"], told["unknown"]) == (1, 1, 2)


def test_from_observing_a_real_server_to_enforcing(gatehouse: Gatehouse, make_world: Any) -> None:
    """The way of the README: observe, suggest, enforce."""
    server, world = REAL_SERVERS["git"], make_world()
    (gatehouse.home / "config.json").write_text(json.dumps({"record": {"arguments": "redacted"}}))
    gatehouse.set_policy({"version": "1", "default": "allow", "mode": "observe"})
    gated = gatehouse.running("git", server.command(world), world.environment)
    repository = {"repo_path": str(world.folder / "repository")}

    async def work() -> tuple[list[bool], Any]:
        async with sdk.session(gated) as client:
            await client.list_tools()
            looks = [await client.call_tool("git_status", repository) for _ in range(12)]
            looks.append(await client.call_tool("git_create_branch", {**repository, "branch_name": "topic"}))
            reset = await client.call_tool("git_reset", repository)
            return [bool(look.is_error) for look in looks], reset

    looks, reset = sdk.run(work)
    assert not any(looks) and not reset.is_error

    suggestion = json.loads(gatehouse.succeed("policy", "suggest", "--from-log", "--json"))
    rules = {rule["name"]: rule for rule in suggestion["rules"]}
    assert set(rules) == {"git_status", "git_create_branch", "git_reset"}
    condition, = rules["git_status"]["rule"]["require"][0]["conditions"]
    assert condition == {"path": "args.repo_path", "op": "eq", "value": repository["repo_path"]} or condition["op"] == "within"
    assert rules["git_status"]["rule"]["limits"][0]["max"] >= 24
    assert "require_approval" not in json.dumps(rules["git_reset"]["rule"])  # It moves no branch, it only unstages.
    assert all(rule["reasons"] for rule in suggestion["rules"])
    assert "--- " in gatehouse.succeed("policy", "suggest", "--from-log")
    # Nothing is written without a person.
    assert json.loads(gatehouse.policy_file.read_text())["mode"] == "observe"
    assert gatehouse.run("policy", "suggest", "--from-log", "--write").returncode == 1

    policy = json.loads(suggestion["text"])
    assert policy["default"] == "deny" and policy.get("mode", "enforce") == "enforce"
    gatehouse.set_policy(policy)

    async def work_again() -> tuple[bool, Any, Any]:
        async with sdk.session(gated) as client:
            await client.list_tools()
            status = await client.call_tool("git_status", repository)
            denied = await client.call_tool("git_log", repository)
            elsewhere = await client.call_tool("git_status", {"repo_path": "/tmp"})
            return bool(status.is_error), sdk.verdict(denied), sdk.verdict(elsewhere)

    failed, denied, elsewhere = sdk.run(work_again)
    assert not failed
    assert denied["rule"] == "(default)" and elsewhere["rule"].startswith("/servers/git/tools/git_status/require")


def test_what_was_suggested_is_written_after_a_yes(gatehouse: Gatehouse) -> None:
    # As the README writes it; a diff of one line would tell nobody what is new.
    gatehouse.set_policy('{"version": "1", "default": "allow", "mode": "observe"}\n')
    wire = plain(gatehouse)
    wire.initialize()
    wire.ask("tools/list")
    wire.ask("tools/list", {"cursor": "2"})
    for tool in ("get_note", "get_note", "delete_note"):
        wire.call(tool, {"text": "x"})
    assert wire.finish() == 0
    terminal = Pseudoterminal(
        [str(gatehouse.binary), "policy", "suggest", "--from-log", "--write"], gatehouse.environment
    )
    terminal.until(lambda drawn: b"Type yes" in drawn, "the question")
    for words in (b'"delete_note": {"action": "require_approval"}', b'+  "default": "deny",'):
        assert words in terminal.drawn
    terminal.type("yes\n")
    assert terminal.end() == 0
    terminal.close()
    policy = json.loads(gatehouse.policy_file.read_text())
    tools = policy["servers"]["notes"]["tools"]
    assert policy["default"] == "deny" and set(tools) == {"get_note", "delete_note"}
    # It was let through while the policy observed; from now on a person is asked.
    assert tools["delete_note"] == {"action": "require_approval"}
    wire = plain(gatehouse)
    wire.initialize()
    assert "result" in wire.call("get_note", {"text": "x"})
    assert "no rule allows this tool" in refusal(wire.call("add_note", {"text": "x"}, 2))
    assert wire.finish() == 0


@pytest.mark.parametrize("name", ["time", "prometheus"])
def test_a_real_servers_session_is_told_by_the_log(name: str, gatehouse: Gatehouse, make_world: Any) -> None:
    server, world = REAL_SERVERS[name], make_world()
    gatehouse.set_policy(ALLOW)
    gated = gatehouse.running(name, server.command(world), world.environment)

    async def work() -> None:
        async with sdk.session(gated) as client:
            await client.list_tools()
            for _ in range(3):
                await client.call_tool(server.look.tool, server.look.arguments(world))

    sdk.run(work)
    rows = log(gatehouse, "--filter", f"server={name} tool={server.look.tool}")
    assert [row["result"]["outcome"] for row in rows] == ["ok"] * 3
    stats = json.loads(gatehouse.succeed("stats", "--json", "--filter", f"server={name}", "--by", "tool"))
    assert {line["name"]: line["calls"] for line in stats["tools"]}[server.look.tool] == 3
