"""Every command's manners: what it prints, and what it ends with."""

import json
import os
import pty
import stat
import subprocess

import pytest

from rig.gatehouse import Gatehouse
from rig.waiting import eventually
from rig.wire import PLAIN, plain

COMMANDS = [
    [],
    ["demo"],
    ["serve"],
    ["connect"],
    ["run"],
    ["servers"],
    ["servers", "add"],
    ["servers", "disable"],
    ["servers", "enable"],
    ["servers", "import"],
    ["servers", "list"],
    ["servers", "remove"],
    ["servers", "scan"],
    ["tools"],
    ["risk"],
    ["policy"],
    ["policy", "validate"],
    ["policy", "import"],
    ["policy", "explain"],
    ["policy", "test"],
    ["policy", "schema"],
    ["policy", "suggest"],
    ["watch"],
    ["pending"],
    ["approve"],
    ["deny"],
    ["extend"],
    ["revoke"],
    ["lockdown"],
    ["status"],
    ["themes"],
    ["themes", "check"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(gatehouse: Gatehouse, words: list[str]) -> None:
    done = gatehouse.run(*words, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert " ".join(["gatehouse", *words]) in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120
    assert gatehouse.gates() == []


def test_the_version_is_told(gatehouse: Gatehouse) -> None:
    told = gatehouse.succeed("--version")
    assert told.startswith("gatehouse ") and told.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "mentions"),
    [
        (["srve"], "serve"),
        (["serve", "--polcy", "x"], "--policy"),
        (["connect"], "NAME"),
        (["run"], "--"),
        (["run", "--"], "COMMAND"),
        (["servers", "ad"], "add"),
        (["servers", "add", "x"], "--"),
        (["servers", "add", "x", "--url", "http://127.0.0.1:9", "--header-env", "X=no name"], "not repeated here"),
        (["policy", "validate", "one", "two"], "[FILE]"),
        (["policy", "schema", "one"], "word too many"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_in_the_words_ends_with_2_and_help(gatehouse: Gatehouse, words: list[str], mentions: str) -> None:
    done = gatehouse.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert mentions in done.stderr


# The registry


def test_servers_are_added_listed_and_removed(gatehouse: Gatehouse) -> None:
    assert gatehouse.run("servers", "list").returncode == 0
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN, "--flag", "a word")
    gatehouse.succeed("servers", "add", "other", "--", "other-program")
    registry = gatehouse.home / "servers.json"
    assert json.loads(registry.read_text()) == {
        "mcpServers": {
            "notes": {"command": PLAIN[0], "args": [*PLAIN[1:], "--flag", "a word"]},
            "other": {"command": "other-program"},
        }
    } or json.loads(registry.read_text())["mcpServers"]["other"] == {"command": "other-program", "args": []}
    assert stat.S_IMODE(registry.stat().st_mode) == 0o600
    listed = gatehouse.succeed("servers", "list")
    assert listed.index("notes") < listed.index("other")
    assert "other-program" in listed
    names = [server["name"] for server in json.loads(gatehouse.succeed("servers", "list", "--json"))]
    assert names == ["notes", "other"]
    gatehouse.succeed("servers", "remove", "notes")
    assert "notes" not in gatehouse.succeed("servers", "list")
    assert list(json.loads(registry.read_text())["mcpServers"]) == ["other"]


def test_an_entry_that_was_pasted_is_kept_as_it_is(gatehouse: Gatehouse) -> None:
    registry = gatehouse.home / "servers.json"
    pasted = '{\n    "mcpServers": {\n        "notes": {"command": "notes", "env": {"TOKEN": "hush"}, "x-more": [1.0]}\n    }\n}\n'
    registry.write_text(pasted)
    listed = gatehouse.succeed("servers", "list") + gatehouse.succeed("servers", "list", "--json")
    assert "notes" in listed and "hush" not in listed
    gatehouse.succeed("servers", "add", "other", "--", "other-program")
    assert '"notes": {"command": "notes", "env": {"TOKEN": "hush"}, "x-more": [1.0]}' in registry.read_text()
    gatehouse.succeed("servers", "remove", "other")
    assert registry.read_text() == pasted


def test_the_environment_of_an_entry_reaches_the_server(gatehouse: Gatehouse) -> None:
    registry = gatehouse.home / "servers.json"
    entry = {"command": "sh", "args": ["-c", "echo $TOKEN >&2"], "env": {"TOKEN": "hush"}}
    registry.write_text(json.dumps({"mcpServers": {"notes": entry}}))
    registry.chmod(0o600)
    assert "hush\n" in gatehouse.run("connect", "notes").stderr


def test_adding_a_name_twice_and_removing_an_unknown_one_are_refused(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    again = gatehouse.run("servers", "add", "notes", "--", "other-program")
    unknown = gatehouse.run("servers", "remove", "nots")
    assert (again.returncode, unknown.returncode) == (1, 1)
    assert "notes" in again.stderr
    assert "`nots`" in unknown.stderr


def test_scanning_tells_programs_in_json(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "notes", "--env", "KEY=hush", "--", *PLAIN)
    gatehouse.succeed("servers", "add", "gone", "--", "/no/such/program")
    gatehouse.succeed("servers", "add", "mute", "--", "sleep", "100")
    done = gatehouse.run("servers", "scan", "--json", "--timeout", "2")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert [(server["name"], server["tools"]) for server in told] == [("notes", 3), ("gone", None), ("mute", None)]
    assert "no complete answer within 2 seconds" in told[2]["error"]
    # No progress where nobody watches, and never a value of a variable.
    assert done.stderr == "" and "hush" not in done.stdout
    listed = {server["name"]: server for server in json.loads(gatehouse.succeed("servers", "list", "--json"))}
    assert listed["notes"]["tools"] == 3 and "/no/such/program" in listed["gone"]["last_error"]
    rows = {line.split()[0]: line.split() for line in gatehouse.succeed("servers", "list").splitlines()}
    assert rows["notes"][3] == "3" and rows["gone"][3] == "-"


def test_a_scan_at_a_terminal_tells_how_far_it_is(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "add", "mute", "--", "sleep", "100")
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [gatehouse.binary, "servers", "scan", "--timeout", "3"],
        env=gatehouse.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    out, _ = done.communicate(timeout=60)
    assert done.returncode == 1 and out == b"notes: 3 tools\n"
    assert shown.startswith(b"asked 0 of 2; still notes, mute\r\x1b[K")
    assert b"asked 1 of 2; still mute\r\x1b[K" in shown
    assert b"mute: no complete answer within 3 seconds" in shown


@pytest.mark.parametrize("word", ["remove", "enable", "disable", "scan"])
def test_a_name_that_is_nearly_right_is_proposed(gatehouse: Gatehouse, word: str) -> None:
    gatehouse.succeed("servers", "add", "warehouse", "--", *PLAIN)
    done = gatehouse.run("servers", word, "warehose")
    assert done.returncode == 1
    assert done.stderr == "gatehouse: no server `warehose` is registered\n  did you mean `warehouse`?\n"
    done = gatehouse.run("servers", word, "x")
    assert "see `gatehouse servers list`" in done.stderr


def test_scanning_tells_the_tools_of_each_server(gatehouse: Gatehouse) -> None:
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    assert "3" in gatehouse.succeed("servers", "scan")
    gatehouse.succeed("servers", "add", "dead", "--", "sh", "-c", "echo broken token=hush >&2; exit 3")
    done = gatehouse.run("servers", "scan")
    assert done.returncode == 1
    assert "dead" in done.stdout + done.stderr
    assert gatehouse.run("servers", "scan", "notes").returncode == 0
    assert gatehouse.run("servers", "scan", "nots").returncode == 1


# The tools


def tools(gatehouse: Gatehouse, *more: str) -> dict[tuple[str, str], dict]:
    told = json.loads(gatehouse.succeed("tools", "--json", *more))
    return {(tool["server"], tool["name"]): tool for tool in told}


def test_tools_are_told_with_their_risk_and_rule(gatehouse: Gatehouse) -> None:
    gatehouse.set_policy(
        {
            "version": "1",
            "default": "deny",
            "hide": ["run_*"],
            "tools": {"get_note": {}, "delete_note": {"rate_limit": "10/minute"}},
        }
    )
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    told = tools(gatehouse)
    assert {key: (tool["category"], tool["verdict"], tool["rule"]) for key, tool in told.items()} == {
        ("notes", "get_note"): ("Read", "allow", "/tools/get_note"),
        ("notes", "delete_note"): ("Destructive", "limit", "/tools/delete_note"),
        ("notes", "run_script"): ("Execute", "hide", "(hidden)"),
    }
    assert told["notes", "delete_note"]["severity"] in ("High", "Critical")
    text = gatehouse.succeed("tools")
    assert "delete_note" in text and "Destructive" in text and "10/minute" in text
    assert list(tools(gatehouse, "--server", "notes")) == list(told)
    assert gatehouse.run("tools", "--server", "nobody").returncode == 1


def test_tools_of_a_running_server_are_told_too(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    wire.ask("tools/list", id=1), wire.ask("tools/list", {"cursor": "2"}, id=2)
    # What was listed is written down a little later.
    eventually(lambda: len(tools(gatehouse)) == 3, what="the tools")


# The policy


def test_a_good_policy_is_valid(gatehouse: Gatehouse) -> None:
    assert gatehouse.run("policy", "validate", str(gatehouse.policy_file)).returncode == 0
    assert gatehouse.run("policy", "validate").returncode == 0


def test_every_error_of_a_policy_is_told_with_its_place_and_a_suggestion(gatehouse: Gatehouse) -> None:
    path = gatehouse.home / "draft.json"
    path.write_text('{\n  "version": "1",\n  "defualt": "deny",\n  "tools": {\n    "x": {"action": "alow"}\n  }\n}\n')
    done = gatehouse.run("policy", "validate", str(path))
    assert done.returncode == 1
    told = done.stdout + done.stderr
    first, second = [line for line in told.splitlines() if "error:" in line]
    assert first.startswith(f"{path}:3:3: error: ") and "defualt" in first and "default" in first
    assert second.startswith(f"{path}:5:21: error: ") and "alow" in second and "allow" in second


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[1"])
def test_a_file_that_is_no_policy_is_refused(gatehouse: Gatehouse, content: bytes | None) -> None:
    path = gatehouse.home / "draft.json"
    if content is not None:
        path.write_bytes(content)
    done = gatehouse.run("policy", "validate", str(path))
    assert done.returncode == 1
    assert str(path) in done.stdout + done.stderr


# The gate


def test_status_without_a_gate(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("status")
    assert done.returncode == 1
    assert "no gate" in (done.stdout + done.stderr).lower()
    assert gatehouse.gates() == []


def test_status_of_a_gate(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse)
    wire.initialize()
    wire.call("get_note")
    text = gatehouse.succeed("status")
    gate, = gatehouse.gates()
    assert str(gate) in text and str(gatehouse.policy_file) in text
    status = json.loads(gatehouse.succeed("status", "--json"))
    assert (status["pid"], status["sessions"], status["counts"]["allow"]) == (gate, 1, 1)
