"""The whole policy language in force: what is forwarded, what an agent is told, and what nobody is."""

import itertools
import json
import re
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from rig import sdk
from rig.gatehouse import Gatehouse
from rig.real_servers import REAL_SERVERS
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, plain, refusal

Case = tuple[dict[str, Any], str, str | None]


def condition(path: str, op: str, value: Any) -> dict[str, Any]:
    return {"path": path, "op": op, "value": value}


def entries(*conditions: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"conditions": list(conditions), **more}]


#: Rules by the tool they are for, each with calls, what is decided, and the rule that says so behind the tool's own.
CONDITIONS: dict[str, tuple[dict[str, Any], list[Case]]] = {
    "pay": (
        {
            "require": entries(condition("args.amount", "lte", 100.10), on_deny="large payments go through the bank"),
            "deny_if": entries(condition("args.to", "in", ["mallory", "eve"]), condition("args.amount", "gt", 0)),
        },
        [
            ({"amount": 100.1, "to": "bob"}, "allow", ""),
            ({"amount": 100.10, "to": "bob"}, "allow", ""),
            ({"amount": 1e2, "to": "bob"}, "allow", ""),
            ({"amount": 100.11, "to": "bob"}, "deny", "/require/0"),
            ({"amount": "5", "to": "bob"}, "deny", "/require/0"),
            ({"to": "bob"}, "deny", "/require/0"),
            ({}, "deny", "/require/0"),
            ({"amount": 5, "to": "eve"}, "deny", "/deny_if/0"),
            ({"amount": 5, "to": ["eve"]}, "allow", ""),
            ({"amount": 5}, "allow", ""),
        ],
    ),
    "run": (
        {
            "require": entries(condition("args.command", "regex", "^git (status|log)( |$)")),
            "deny_if": entries(condition("args.command", "contains", ";")),
        },
        [
            ({"command": "git status"}, "allow", ""),
            ({"command": "git log -1"}, "allow", ""),
            ({"command": "git push"}, "deny", "/require/0"),
            ({"command": "git log ; rm -rf /"}, "deny", "/deny_if/0"),
            ({"command": ["git status"]}, "deny", "/require/0"),
        ],
    ),
    "write": (
        {"require": entries(condition("args.items[*].path", "within", ["/srv/app", "/srv/data"]))},
        [
            ({"items": [{"path": "/srv/app/a"}, {"path": "/srv/data/../data//b"}]}, "allow", ""),
            ({"items": [{"path": "/srv/app/a"}, {"path": "/srv/app/../secret"}]}, "deny", "/require/0"),
            ({"items": [{"path": "/srv/application"}]}, "deny", "/require/0"),
            ({"items": []}, "deny", "/require/0"),
            ({"items": [{"path": "/srv/app/a"}, {}]}, "deny", "/require/0"),
        ],
    ),
    "fetch": (
        {
            "require": entries(condition("args.url", "host_in", ["example.com", "*.example.org"])),
            "deny_if": entries(condition('args["X-Debug"]', "exists", True)),
        },
        [
            ({"url": "https://EXAMPLE.com.:8443/a"}, "allow", ""),
            ({"url": "https://a.b.example.org/"}, "allow", ""),
            ({"url": "https://example.org/"}, "deny", "/require/0"),
            ({"url": "https://example.com@evil.test/"}, "deny", "/require/0"),
            ({"url": "https://evil.test/?example.com"}, "deny", "/require/0"),
            ({"url": "example.com"}, "deny", "/require/0"),
            ({"url": "https://example.com/", "X-Debug": "1"}, "deny", "/deny_if/0"),
            ({"url": "https://example.com/", "X-Debug": None}, "allow", ""),
        ],
    ),
    "tag": (
        {
            "deny_if": entries(condition("args.tags[*]", "glob", "prod-*"))
            + entries(condition("args.tags", "length_gt", 3), on_deny="three tags are enough"),
        },
        [
            ({"tags": ["test", "dev"]}, "allow", ""),
            ({"tags": ["test", "prod-eu"]}, "deny", "/deny_if/0"),
            ({"tags": ["a", "b", "c", "d"]}, "deny", "/deny_if/1"),
            ({}, "allow", ""),
        ],
    ),
    "whoami": (
        {"require": entries(condition("call.client", "eq", "mcp"), condition("call.server", "neq", "other"))},
        [({}, "allow", "")],
    ),
    "never": ({"deny_if": [{"conditions": [], "on_deny": "it is switched off"}]}, [({}, "deny", "/deny_if/0")]),
    "expired": (
        {"deny_if": entries(condition("args.x", "eq", 1), expires="2001-01-01T00:00:00Z")},
        [({"x": 1}, "allow", "")],
    ),
}


def policy(tools: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": "1", "default": "deny", "tools": tools, **more}


def decided(answer: dict[str, Any]) -> tuple[str, str | None]:
    """The verdict and the rule that the answer of a call tells; one that was let through tells none."""
    told = (answer["result"].get("_meta") or {}).get("gatehouse/decision")
    return (told["verdict"], told["rule"]) if told else ("allow", None)


def arrived(log: Path, tool: str) -> list[dict[str, Any]]:
    """The arguments of the calls of a tool that the plain server wrote down."""
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    calls = [line["params"] for line in lines if line.get("method") == "tools/call"]
    return [call.get("arguments") for call in calls if call["name"] == tool]


@pytest.fixture
def notes(gatehouse: Gatehouse, tmp_path: Path) -> Wire:
    """The plain server behind the gate; what arrives is in `tmp_path`/arrived."""
    wire = plain(gatehouse, "--log", str(tmp_path / "arrived"))
    wire.initialize()
    return wire


# Conditions


@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize("era", sdk.ERAS)
def test_conditions_decide_by_the_arguments(gatehouse: Gatehouse, tmp_path: Path, era: str, mode: str) -> None:
    gatehouse.set_policy(policy({tool: rule for tool, (rule, _) in CONDITIONS.items()}, mode=mode))
    cases = [(tool, *case) for tool, (_, cases) in CONDITIONS.items() for case in cases]
    log = tmp_path / "arrived"

    async def play() -> list[Any]:
        parameters = gatehouse.running("notes", [*PLAIN, "--log", str(log)])
        async with sdk.session(parameters, sdk.ERAS[era], gatehouse.home / "stderr") as client:
            return [await client.call_tool(tool, arguments) for tool, arguments, _, _ in cases]

    results = sdk.run(play)
    stream = gatehouse.stream(subscribe=False)
    stream.send({"op": "subscribe", "since": 0})
    wanted = [(tool, verdict, f"/tools/{tool}{rule}") for tool, _, verdict, rule in cases]
    stream.until(lambda _: len(stream.decisions()) >= len(cases), what="all decisions")
    assert [(d["tool"], d["verdict"], d["rule"]) for d in stream.decisions()] == wanted
    assert {d["enforced"] for d in stream.decisions()} == {mode == "enforce"}
    passed = [(tool, arguments) for tool, arguments, verdict, _ in cases if verdict == "allow" or mode == "observe"]
    for tool in CONDITIONS:
        assert arrived(log, tool) == [arguments for name, arguments in passed if name == tool]
    for (tool, arguments, verdict, rule), result in zip(cases, results):
        denied = verdict != "allow" and mode == "enforce"
        assert result.is_error == denied, (tool, arguments, sdk.text(result))
        if not denied:
            assert sdk.text(result) == f"did {tool}"
            continue
        told = sdk.verdict(result)
        assert (told["verdict"], told["rule"]) == ("deny", f"/tools/{tool}{rule}")
        assert sdk.text(result).startswith(f"[gatehouse] denied: {told['reason']}")
        assert sdk.text(result).endswith(f" Rule /tools/{tool}{rule}.")
        assert result.structured_content is None
    reasons = {sdk.verdict(result)["reason"] for result in results if sdk.verdict(result)}
    assert mode == "observe" or {
        "large payments go through the bank", "three tags are enough", "it is switched off"
    } <= reasons


def test_who_calls_is_what_the_client_says_of_itself(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    gatehouse.change_policy(policy({"get_note": {"require": entries(condition("call.client", "eq", "wire"))}}), stream)
    assert decided(notes.call("get_note"))[0] == "allow"
    gatehouse.change_policy(policy({"get_note": {"deny_if": entries(condition("call.client", "eq", "wire"))}}), stream)
    assert decided(notes.call("get_note")) == ("deny", "/tools/get_note/deny_if/0")
    session = stream.decisions()[-1]["session"]
    gatehouse.change_policy(
        policy({"get_note": {"require": entries(condition("call.session", "eq", session))}}), stream
    )
    assert decided(notes.call("get_note"))[0] == "allow"


# match_schema

SCHEMA = {"all_tools": {"match_schema": True}, "default": "allow"}


def test_a_schema_that_is_not_known_yet_denies_and_says_how_to_mend_it(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    gatehouse.change_policy(policy({}, **SCHEMA), stream)
    answer = notes.call("get_note", {"text": "a"})
    assert decided(answer) == ("deny", "/all_tools/match_schema")
    assert "not known yet" in refusal(answer) and "list the server's tools" in refusal(answer)
    # The second page has another tool.
    notes.ask("tools/list")
    assert decided(notes.call("get_note", {"text": "a"}))[0] == "allow"
    assert decided(notes.call("run_script", {"text": "a"}))[0] == "deny"
    notes.ask("tools/list", {"cursor": "2"})
    assert decided(notes.call("run_script", {"text": "a"}))[0] == "allow"
    assert decided(notes.call("run_script", {"text": 7})) == ("deny", "/all_tools/match_schema")
    assert decided(notes.call("no_such_tool", {}))[0] == "deny"


def test_a_schema_is_known_from_the_catalogue_to_a_client_that_never_lists(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(policy({}, **SCHEMA))
    first = plain(gatehouse)
    first.initialize()
    first.ask("tools/list"), first.ask("tools/list", {"cursor": "2"})
    other = plain(gatehouse)
    other.initialize()
    assert decided(other.call("run_script", {"text": "a"}))[0] == "allow"
    assert decided(other.call("run_script", {"text": 1}))[0] == "deny"
    first.finish(), other.finish()
    gatehouse.person.succeed("stop")
    eventually(lambda: not gatehouse.gates(), what="the gate's end")
    third = plain(gatehouse)
    third.initialize()
    assert decided(third.call("run_script", {"text": "a"}))[0] == "allow"
    assert decided(third.call("run_script", {"text": 1}))[0] == "deny"
    assert decided(third.call("no_such_tool"))[0] == "deny"


@pytest.mark.parametrize("name", ["git", "time"])
def test_p54_arguments_must_match_the_schema_of_a_real_server(gatehouse: Gatehouse, make_world, name: str) -> None:
    world, real = make_world(), REAL_SERVERS[name]
    gatehouse.set_policy(policy({}, **SCHEMA))
    good = real.act.arguments(world)
    key = next(iter(good))
    bad = [{**good, key: 7}, {**good, key: None}, {k: v for k, v in good.items() if k != key}, {}]

    async def play() -> tuple[Any, list[Any], Any]:
        server = gatehouse.running(name, real.command(world), world.environment)
        async with sdk.session(server, errors=gatehouse.home / "stderr") as client:
            early = await client.call_tool(real.look.tool, real.look.arguments(world))
            await client.list_tools()
            wrong = [await client.call_tool(real.act.tool, arguments) for arguments in bad]
            return early, wrong, await client.call_tool(real.act.tool, good)

    early, wrong, right = sdk.run(play)
    before = real.trace(world)
    assert [sdk.verdict(result)["rule"] for result in [early, *wrong]] == ["/all_tools/match_schema"] * 5
    assert "not known yet" in sdk.text(early)
    assert all("do not match the tool's schema" in sdk.text(result) for result in wrong)
    assert key in sdk.text(wrong[0]) and "7" not in sdk.verdict(wrong[0])["reason"]
    assert not right.is_error and real.act.answer in sdk.text(right)
    assert real.trace(world) == before


# Limits


def test_a_spend_cap_counts_what_calls_cost(gatehouse: Gatehouse, notes: Wire, tmp_path: Path) -> None:
    limit = {"counter": "budget", "window": "hour", "max": 1, "scope": "global", "cost": "args.amount"}
    stream = gatehouse.stream()
    gatehouse.change_policy(policy({"pay": {"limits": [limit]}, "tip": {"limits": [limit]}}), stream)
    outcomes = [decided(notes.call("pay", {"amount": 0.1})) for _ in range(9)]
    assert outcomes == [("allow", None)] * 9
    over = notes.call("tip", {"amount": 0.100000001})
    assert decided(over) == ("limit", "/tools/tip/limits/0")
    assert 0 < over["result"]["_meta"]["gatehouse/decision"]["retry_after_ms"] <= 3_600_000
    assert decided(notes.call("tip", {"amount": 0.1}))[0] == "allow"
    assert decided(notes.call("pay", {"amount": 0}))[0] == "allow"
    for amount in (-1, "1", None, [1], 1.1):
        answer = notes.call("pay", {"amount": amount})
        assert decided(answer) == ("deny", "/tools/pay/limits/0"), amount
        assert "retry_after_ms" not in answer["result"]["_meta"]["gatehouse/decision"]
    assert decided(notes.call("pay"))[0] == "deny"
    assert len(arrived(tmp_path / "arrived", "pay")) == 10


def test_a_limit_of_what_succeeds_is_given_back_by_failures(gatehouse: Gatehouse, make_world) -> None:
    world, git = make_world(), REAL_SERVERS["git"]
    limit = {"window": "hour", "max": 2, "count": "succeeded"}
    good, bad = git.look.arguments(world), {"repo_path": str(world.folder / "no such repository")}
    gatehouse.set_policy(policy({git.look.tool: {"limits": [limit]}}))

    async def play() -> list[Any]:
        server = gatehouse.running("git", git.command(world), world.environment)
        async with sdk.session(server, errors=gatehouse.home / "stderr") as client:
            return [
                await client.call_tool(git.look.tool, arguments)
                for arguments in [bad, bad, bad, good, bad, good, bad, good]
            ]

    results = sdk.run(play)
    told = [(sdk.verdict(result) or {}).get("verdict", result.is_error) for result in results]
    assert told == [True, True, True, False, True, False, "limit", "limit"]


def test_p69_a_lost_server_gives_back_and_a_cancellation_does_not(gatehouse: Gatehouse) -> None:
    sleeper = (
        "import json,sys\n"
        "for line in sys.stdin:\n"
        "    m = json.loads(line)\n"
        "    if m.get('method') == 'initialize':\n"
        "        r = {'protocolVersion': '2025-11-25', 'capabilities': {'tools': {}}, 'serverInfo': {'name': 's', 'version': '1'}}\n"
        "        print(json.dumps({'jsonrpc': '2.0', 'id': m['id'], 'result': r}), flush=True)\n"
        "    elif m.get('method') == 'tools/call' and m['params']['name'] == 'die':\n"
        "        sys.exit(3)\n"
    )
    limit = {"counter": "all", "window": "hour", "max": 1, "count": "succeeded"}
    gatehouse.set_policy(policy({"die": {"limits": [limit]}, "sleep": {"limits": [limit]}}))

    def start() -> Wire:
        wire = Wire(gatehouse.start("run", "--name", "sleeper", "--", "python3", "-c", sleeper))
        wire.initialize()
        return wire

    for _ in range(2):
        assert "error" in start().ask("tools/call", {"name": "die", "arguments": {}})
    wire = start()
    wire.send({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "sleep", "arguments": {}}})
    # While it is in flight it counts, and a cancellation does not undo what it may have done.
    assert decided(wire.call("die"))[0] == "limit"
    wire.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}})
    assert decided(wire.call("die"))[0] == "limit"


def test_a_calendar_window_resets_on_the_boundary(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    limit = {"window": 5, "max": 2, "align": "calendar"}
    gatehouse.change_policy(policy({"get_note": {"limits": [limit]}}), stream)
    # Not right before a boundary, so that the first three calls are in one window.
    while time.time() % 5 > 3.5:
        time.sleep(0.1)
    answers = [notes.call("get_note") for _ in range(3)]
    assert [decided(answer)[0] for answer in answers] == ["allow", "allow", "limit"]
    wait = answers[2]["result"]["_meta"]["gatehouse/decision"]["retry_after_ms"] / 1000
    assert abs((time.time() + wait) % 5 - 2.5) > 2.2, "it fits on the boundary"
    time.sleep(wait)
    assert [decided(notes.call("get_note"))[0] for _ in range(3)] == ["allow", "allow", "limit"]


# Time


def test_what_expires_is_as_if_absent_from_then_on(gatehouse: Gatehouse, notes: Wire) -> None:
    end = datetime.now(timezone.utc) + timedelta(seconds=2)
    text = end.strftime("%Y-%m-%dT%H:%M:%SZ")
    stream = gatehouse.stream()
    rules = {"get_*": {"action": "deny", "reason": "the glob"}, "get_note": {"expires": text}}
    gatehouse.change_policy(policy(rules), stream)
    assert decided(notes.call("get_note"))[0] == "allow"
    eventually(lambda: decided(notes.call("get_note")) == ("deny", "/tools/get_*"), what="the rule's end")
    assert datetime.now(timezone.utc) >= end.replace(microsecond=0)


# Asking a person


@pytest.mark.parametrize("how", ["action", "approve_if", "default"])
def test_what_a_person_must_approve_does_not_run_as_long_as_nobody_decides(
    gatehouse: Gatehouse, notes: Wire, tmp_path: Path, how: str
) -> None:
    limit = {"window": "hour", "max": 1}
    at_once = {"approval": {"hold": 0}}
    rules = {
        "action": policy(
            {"pay": {"action": "require_approval", "reason": "it costs money", "limits": [limit], **at_once}}
        ),
        "approve_if": policy(
            {
                "pay": {
                    "limits": [limit],
                    "approve_if": entries(condition("args.amount", "gt", 5), reason="it costs money"),
                    "allow_if": entries(condition("args.to", "eq", "bob")),
                    **at_once,
                }
            }
        ),
        "default": {"version": "1", "default": "require_approval", "all_tools": at_once},
    }
    rule = {"action": "/tools/pay", "approve_if": "/tools/pay/approve_if/0", "default": "(default)"}[how]
    stream = gatehouse.stream()
    gatehouse.change_policy(rules[how], stream)
    for _ in range(3):  # What is not sent does not count.
        answer = notes.call("pay", {"amount": 10, "to": "eve"})
        assert decided(answer) == ("ask", rule)
        words = refusal(answer)
        assert re.match(r"\[gatehouse\] waiting for approval q[0-9a-z]+-1; call again with the same arguments\.", words)
        assert how == "default" or "it costs money" in words
    assert arrived(tmp_path / "arrived", "pay") == []
    if how == "approve_if":
        assert decided(notes.call("pay", {"amount": 10, "to": "bob"}))[0] == "allow"

    def asked() -> list[dict[str, Any]]:
        return [d for d in stream.decisions("pay") if d["verdict"] == "ask"]

    stream.until(lambda _: len(asked()) == 3, what="three decisions to ask")
    assert [(d["rule"], d["enforced"]) for d in asked()] == [(rule, True)] * 3
    assert stream.ask({"op": "status"})["counts"]["ask"] == 3
    gatehouse.change_policy({**rules[how], "mode": "observe"}, stream)
    start = stream.mark()
    assert decided(notes.call("pay", {"amount": 10, "to": "eve"}))[0] == "allow"
    seen = stream.until(lambda e: e["event"] == "decision", 10, "the observed call", start)
    # The only call that counted was the one that nobody had to be asked about.
    assert (seen["verdict"], seen["enforced"]) == ("limit" if how == "approve_if" else "ask", False)


# What is told to whom

SECRET = "hunter2-swordfish"


def test_p4_no_value_of_an_argument_is_told_to_anyone(gatehouse: Gatehouse, tmp_path: Path) -> None:
    values: list[Any] = [SECRET, {"k": SECRET}, [SECRET], {"deep": [{"k": SECRET}]}]
    ops = [
        condition("args.x", "eq", "a"), condition("args.x", "lt", 5), condition("args.x", "starts_with", "a"),
        condition("args.x", "regex", "^a$"), condition("args.x", "within", ["/srv"]),
        condition("args.x", "host_in", ["example.com"]), condition("args.x", "length_lt", 1),
        condition("args.x[*]", "eq", "a"), condition("args.x.k", "in", ["a"]),
    ]
    tools: dict[str, Any] = {f"require{n}": {"require": entries(c)} for n, c in enumerate(ops)}
    tools |= {f"deny{n}": {"deny_if": entries({**c, "op": "neq"} if c["op"] == "eq" else c)} for n, c in enumerate(ops)}
    tools |= {
        f"ask{n}": {"approve_if": entries(c), "approval": {"on_no_approver": "deny"}} for n, c in enumerate(ops)
    }
    tools["cost"] = {"limits": [{"window": "hour", "max": 5, "cost": "args.x"}]}
    tools["get_note"] = {"match_schema": True}
    gatehouse.set_policy(policy(tools))
    with (tmp_path / "gate.err").open("wb") as log:
        gate = gatehouse.start("serve", stderr=log)
        stream = gatehouse.stream()
        watcher = gatehouse.start("watch")
        gatehouse.wait_for_subscribers(2)
        wire = plain(gatehouse)
        wire.initialize()
        wire.ask("tools/list")
        denied = 0
        for tool in tools:
            for value in values:
                answer = wire.call(tool, {"x": value, "text": value})
                if decided(answer)[0] != "allow":
                    denied += 1
                    assert SECRET not in json.dumps(answer)
        assert denied > 2 * len(tools)
        stream.until(lambda _: len(stream.decisions()) == len(tools) * len(values), what="all decisions")
        wire.finish()
        gatehouse.person.succeed("stop")
        gate.wait(10)
        told = watcher.communicate(timeout=10)
    assert SECRET not in json.dumps(stream.events)
    assert SECRET.encode() not in told[0] + told[1] + (tmp_path / "gate.err").read_bytes()
    for path in gatehouse.home.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_a_policy_that_is_replaced_under_traffic_decides_each_call_whole(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    small = policy({"pay": {"require": entries(condition("args.amount", "lt", 10))}})
    large = policy({"pay": {"deny_if": entries(condition("args.amount", "lt", 10))}})
    revisions = {gatehouse.change_policy(p, stream)["revision"]: p for p in (small, large)}
    is_over = threading.Event()

    def replace() -> None:
        for turn in range(30):
            gatehouse.set_policy((small, large)[turn % 2])
            time.sleep(0.02)
        is_over.set()

    thread = threading.Thread(target=replace)
    thread.start()
    told = []
    while not is_over.is_set():
        told.append(decided(notes.call("pay", {"amount": 5}))[0])
        # A subscriber that does not read would lose some.
        stream.mark()
    thread.join()
    assert {"allow", "deny"} == set(told)
    numbers = itertools.count(1)
    stream.until(
        lambda event: event["event"] == "decision" and event["tool"] == "pay" and next(numbers) == len(told),
        what="all decisions",
    )
    seen = [(d["verdict"], revisions[d["policy"]] is small) for d in stream.decisions("pay")]
    assert [verdict for verdict, _ in seen] == told
    assert all((verdict == "allow") == is_small for verdict, is_small in seen)
    assert {is_small for _, is_small in seen} == {True, False}


def test_warnings_of_a_policy_are_told_and_do_not_stop_it(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    told = gatehouse.change_policy(policy({"get_note": {}}, all_tools={"action": "deny"}), stream)
    assert told["errors"] == []
    assert [warning["pointer"] for warning in told["warnings"]] == ["/all_tools"]
    assert decided(notes.call("get_note")) == ("deny", "/all_tools")
    status = stream.ask({"op": "status"})["policy"]
    assert (status["state"], status["warnings"]) == ("loaded", told["warnings"])
    # What the gate alone can tell: the time, the tools that there are, what was in force before.
    notes.ask("tools/list"), notes.ask("tools/list", {"cursor": "2"}, 2)
    stream.until(lambda e: e["event"] == "tools_changed", what="the list of tools")
    looser = policy({"get_note": {}, "run_script": {"expires": "2001-01-01T00:00:00Z"}, "get_nota": {}})
    told = gatehouse.change_policy(looser, stream)
    assert told["errors"] == []
    pointers = [warning["pointer"] for warning in told["warnings"]]
    assert {"/tools/run_script/expires", "/tools/get_nota"} <= set(pointers)
    assert any(warning["message"].startswith("looser than before") for warning in told["warnings"])
    assert decided(notes.call("get_note"))[0] == "allow"
