"""The console in a terminal: what it shows, what its keys do to the next call, and how it leaves."""

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig import processes, sdk
from rig.gatehouse import ALLOW_ALL, Gatehouse
from rig.terminal import Terminal
from rig.waiting import eventually
from rig.wire import PLAIN, Wire, refusal

SMALL, LARGE = (80, 24), (160, 48)
POLICY = """{
  "version": "1",
  "default": "allow",   "description": "mine",
  "tools": {
    "other_*": { "action": "deny" }
  }
}
"""


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open(*arguments: object, **more: object) -> Terminal:
        opened.append(Terminal(*arguments, **more))
        return opened[-1]

    yield open
    for terminal in opened:
        terminal.close()


@pytest.fixture
def open_console(gatehouse: Gatehouse, open_terminal) -> Callable[..., Terminal]:
    """Opens the console over one registered server, whose tools are known."""
    gatehouse.set_policy(POLICY)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")

    def open(*options: str, size: tuple[int, int] = SMALL, **environment: str) -> Terminal:
        return open_terminal([gatehouse.binary, *options], {**gatehouse.environment, **environment}, size)

    return open


@pytest.fixture
def notes(gatehouse: Gatehouse, open_console) -> Wire:
    """A client of the server that the console shows."""
    wire = Wire(gatehouse.start("connect", "notes"))
    wire.initialize()
    return wire


def select(console: Terminal, tool: str) -> None:
    """Puts the cursor on a tool, wherever it is."""
    console.shows("notes")
    console.keys("/")
    console.type(tool)
    console.keys("Enter")
    console.shows(tool)
    console.keys("G")


def save(console: Terminal) -> None:
    """Saves the one change there is, and waits until the gate says that it goes by it."""
    console.keys("C-s")
    console.shows("the gate runs rev")
    assert "●1" not in console.screen()


def is_denied(answer: dict) -> bool:
    return answer["result"]["isError"]


# What it shows


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x48"])
def test_it_shows_servers_tools_and_badges(open_console, size: tuple[int, int]) -> None:
    console = open_console(size=size)
    console.shows("gatehouse", "policy.json", "notes", "get_note", "delete_note", "run_script", "gate ● up")
    lines = {tool: console.line(tool) for tool in ("get_note", "delete_note", "run_script")}
    assert re.search(r"\bLOW\b", lines["get_note"])
    assert re.search(r"\b(HIGH|CRIT)\b", lines["delete_note"])
    assert re.search(r"\b(MED|HIGH|CRIT)\b", lines["run_script"])
    assert all("allow" in line for line in lines.values())
    for line in console.screen().splitlines():
        assert len(line) <= size[0]


def test_decisions_appear_as_they_happen(gatehouse: Gatehouse, open_console, notes: Wire) -> None:
    console = open_console()
    gatehouse.wait_for_subscribers(1)
    notes.call("get_note")
    console.until(lambda screen: re.search(r"notes/get_note.*allow", screen), "the allowed call", 2)
    notes.call("other_thing")
    console.until(lambda screen: re.search(r"notes/other_thing.*deny", screen), "the denied call", 2)


# What its keys do


def test_a_toggled_tool_decides_the_very_next_call_of_the_sdk(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")

    async def play() -> list[tuple[bool, str]]:
        seen = []

        async def call(client: object) -> None:
            result = await client.call_tool("delete_note", {})
            seen.append((result.is_error, sdk.text(result)))

        async with sdk.session(gatehouse.connecting("notes")) as client:
            await call(client)
            console.keys("d")
            console.shows("●1")
            await call(client)
            save(console)
            await call(client)
            console.keys("u")
            console.shows("●1")
            save(console)
            await call(client)
        return seen

    first, unsaved, denied, undone = sdk.run(play)
    assert first == unsaved == undone == (False, "did delete_note")
    assert denied[0] and denied[1].startswith("[gatehouse] denied: ")
    assert gatehouse.policy_file.read_text() == POLICY


def test_saving_changes_only_what_must_change(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")
    gatehouse.policy_file.chmod(0o640)
    console.keys("d")
    console.shows("●1")
    save(console)
    saved = gatehouse.policy_file.read_text()
    before, rule, after = saved.partition('"delete_note"')
    assert rule and saved.startswith(POLICY[: POLICY.index('{ "action"')])
    assert '"default": "allow",   "description": "mine"' in saved
    policy = json.loads(saved)
    named = policy["tools"].get("delete_note") or policy["servers"]["notes"]["tools"]["delete_note"]
    assert named == {"action": "deny"}
    assert os.stat(gatehouse.policy_file).st_mode & 0o777 == 0o640
    assert [path.name for path in gatehouse.home.iterdir() if path.name.startswith("policy")] == ["policy.json"]


def test_hiding_takes_a_tool_from_the_list(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")

    async def play() -> list[list[str]]:
        async with sdk.session(gatehouse.connecting("notes"), "legacy") as client:
            async def names() -> list[str]:
                first = await client.list_tools(cache_mode="bypass")
                rest = await client.list_tools(cursor=first.next_cursor, cache_mode="bypass")
                return [tool.name for tool in [*first.tools, *rest.tools]]

            before = await names()
            console.keys("x")
            console.shows("●1")
            save(console)
            return [before, await names()]

    assert sdk.run(play) == [["get_note", "delete_note", "run_script"], ["get_note", "run_script"]]


def test_a_limit_is_set_with_its_editor(gatehouse: Gatehouse, open_console, notes: Wire) -> None:
    console = open_console()
    select(console, "get_note")
    console.keys("r")
    console.shows("at most")
    console.keys("BSpace", "BSpace", "BSpace")
    console.type("2")
    console.keys("Enter")
    console.shows("2/min", "●1")
    save(console)
    assert [is_denied(notes.call("get_note")) for _ in range(3)] == [False, False, True]


def test_a_condition_is_built_with_completion_and_obeyed(gatehouse: Gatehouse, open_console, notes: Wire) -> None:
    console = open_console()
    select(console, "get_note")
    console.keys("e")
    console.shows("Rule of notes/get_note", "deny_if", "none · n adds one")
    console.keys("Down", "Down", "Down", "Down", "n")
    console.type("tex")
    # The tool's own schema is asked of the gate.
    console.shows("args.text", "string")
    console.keys("Tab")
    console.keys("Enter")
    console.shows("operator", "is this value")
    console.type("regex")
    console.keys("Enter")
    console.type("secret(")
    console.keys("Enter")
    console.shows("is no pattern of RE2")
    console.keys("BSpace", "Enter", "Down", "Left", "Enter")
    console.type("no secrets")
    console.keys("Enter")
    console.shows("args.text", "regex", "secret", "no secrets", "changed")
    console.keys("C-s")
    # There is a rule now, and it has an entry.
    console.shows("●2")
    save(console)
    assert json.loads(gatehouse.policy_file.read_text())["servers"]["notes"]["tools"]["get_note"]["deny_if"] == [
        {"conditions": [{"path": "args.text", "op": "regex", "value": "secret"}], "on_deny": "no secrets"}
    ]
    denied = notes.call("get_note", {"text": "a secret"})
    assert refusal(denied) == "[gatehouse] denied: no secrets. Rule /servers/notes/tools/get_note/deny_if/0."
    assert not is_denied(notes.call("get_note", {"text": "hello"}))


def test_the_text_of_a_rule_is_edited_in_a_private_file(gatehouse: Gatehouse, open_console, tmp_path: Path) -> None:
    """A broken text is shown with its place, and is what the editor gets next."""
    editor = tmp_path / "editor"
    editor.write_text(
        "#!/bin/sh\n"
        f'cd "{tmp_path}"\n'
        'for file; do :; done\n'
        'stat -c "%a %n" "$file" >> seen\n'
        'cat "$file" >> texts\n'
        'if [ -e broken ]; then mv broken "$file"; else cat good > "$file"; fi\n'
    )
    editor.chmod(0o755)
    (tmp_path / "broken").write_text('{\n  "action": "dney"\n}\n')
    (tmp_path / "good").write_text('{"action": "deny", "reason": "by hand"}\n')
    console = open_console(EDITOR=str(editor), VISUAL=str(editor))
    select(console, "get_note")
    console.keys("2", "E")
    console.shows("The text is not taken", "line 2, column 13", "did you mean `deny`?")
    console.keys("e")
    # It is denied now, and there is a rule with a reason.
    console.shows("●2")
    save(console)
    tools = json.loads(gatehouse.policy_file.read_text())["servers"]["notes"]["tools"]
    assert tools["get_note"] == {"action": "deny", "reason": "by hand"}
    assert '"dney"' in (tmp_path / "texts").read_text()
    for line in (tmp_path / "seen").read_text().splitlines():
        mode, path = line.split(" ", 1)
        assert mode == "600"
        assert not Path(path).parent.exists()


def test_the_changes_are_shown_before_they_are_saved(open_console) -> None:
    console = open_console(size=LARGE)
    select(console, "delete_note")
    console.keys("d")
    console.shows("●1")
    console.keys("=")
    console.shows("notes/delete_note: allow by default becomes deny")
    console.until(lambda screen: re.search(r'\+ +"delete_note": \{', screen), "the diff")


def test_quitting_with_unsaved_changes_asks(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")
    console.keys("d")
    console.shows("●1")
    console.keys("q")
    console.shows("lose 1 unsaved change")
    console.keys("Escape")
    console.shows_no("lose 1 unsaved change")
    console.keys("q")
    console.shows("lose 1 unsaved change")
    console.keys("y")
    assert console.status() == 0
    assert gatehouse.policy_file.read_text() == POLICY


def test_read_only_changes_nothing(gatehouse: Gatehouse, open_console) -> None:
    console = open_console("--read-only")
    select(console, "delete_note")
    console.keys("d")
    console.until(lambda screen: "read-only" in screen.lower() or "read only" in screen.lower(), "why not")
    console.keys("C-s")
    assert "●" not in console.screen().replace("● up", "")
    assert gatehouse.policy_file.read_text() == POLICY


# When the world changes


def test_a_file_that_somebody_else_changed_is_read_again(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    console.shows("delete_note")
    gatehouse.set_policy({"version": "1", "default": "deny"})
    console.until(lambda screen: all("deny" in console.line(tool) for tool in ("get_note", "delete_note")), "denials")


def test_a_file_that_somebody_else_broke_is_reported_and_not_overwritten(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    console.shows("delete_note")
    gatehouse.set_policy("{")
    console.until(lambda screen: "reject" in screen.lower() or "broken" in screen.lower(), "the report")
    select(console, "delete_note")
    console.keys("d", "C-s")
    eventually(lambda: gatehouse.policy_file.read_text() == "{")
    gatehouse.set_policy(ALLOW_ALL)
    console.shows("allow")


def test_a_save_does_not_overwrite_what_somebody_else_saved(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")
    console.keys("d")
    console.shows("●1")
    gatehouse.set_policy(POLICY.replace('"mine"', '"theirs"'))
    console.shows("changed on disk: 1 change; your unsaved edits")
    save(console)
    saved = gatehouse.policy_file.read_text()
    assert '"theirs"' in saved
    assert json.loads(saved)["servers"] == {"notes": {"tools": {"delete_note": {"action": "deny"}}}}


def test_edits_that_do_not_fit_what_somebody_else_saved_are_not_saved(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    select(console, "delete_note")
    console.keys("d")
    console.shows("●1")
    theirs = json.dumps({**json.loads(POLICY), "servers": {"notes": {"tools": {"delete_note": {"reason": "theirs"}}}}})
    gatehouse.set_policy(theirs)
    console.shows("changed on disk", "do not fit")
    console.keys("C-s")
    console.shows("not saved")
    assert gatehouse.policy_file.read_text() == theirs
    console.type(":take-theirs")
    console.keys("Enter")
    console.shows("drop your 1 unsaved change")
    console.keys("y")
    console.shows_no("●1")
    assert gatehouse.policy_file.read_text() == theirs


def test_it_survives_every_size(open_console) -> None:
    console = open_console(size=LARGE)
    console.shows("notes", "delete_note")
    for size in [(80, 24), (40, 10), (100, 30), (20, 5), (10, 2), (1, 1), (250, 70), (160, 48)]:
        console.resize(*size)
        if size[0] >= 40:
            console.shows("gatehouse")
    screen = console.shows("notes", "delete_note", "Live", "gate ● up")
    assert max(map(len, screen.splitlines())) <= 160
    console.keys("q")
    assert console.status() == 0


def test_forty_by_ten_is_enough_to_work(gatehouse: Gatehouse, open_console, notes: Wire) -> None:
    console = open_console(size=(40, 10))
    select(console, "delete_note")
    console.keys("d")
    console.shows("●1")
    save(console)
    assert is_denied(notes.call("delete_note"))


def test_a_gate_that_is_lost_and_returns_is_followed(gatehouse: Gatehouse, open_console, notes: Wire) -> None:
    console = open_console()
    console.shows("up")
    gates = gatehouse.gates()
    processes.kill(gates)
    processes.all_gone(gates)
    console.shows("LOST")
    again = Wire(gatehouse.start("connect", "notes"))
    again.initialize()
    console.shows("up", within=15)
    console.shows_no("LOST")
    gatehouse.wait_for_subscribers(1)
    again.call("other_thing")
    console.until(lambda screen: re.search(r"notes/other_thing.*deny", screen), "a decision of the new gate")


HOSTILE = """
import json, sys
tools = [{"name": "get_\\u001b[31mred", "description": "\\u001b]0;owned\\u0007\\u202e\\u009b2J" + "x" * 5000,
          "inputSchema": {"type": "object"}},
         {"name": "plain", "title": "\\u001bc", "description": "", "inputSchema": {"type": "object"}}]
for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m: continue
    if m["method"] == "initialize":
        r = {"protocolVersion": m["params"]["protocolVersion"], "capabilities": {"tools": {}},
             "serverInfo": {"name": "\\u001b[2J", "version": "1"}}
    elif m["method"] == "tools/list": r = {"tools": tools}
    elif m["method"] == "server/discover":
        print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "error": {"code": -32601, "message": "no"}}), flush=True)
        continue
    else: r = {}
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
"""


def test_a_hostile_server_s_words_are_made_visible(gatehouse: Gatehouse, open_terminal, tmp_path: Path) -> None:
    (tmp_path / "hostile.py").write_text(HOSTILE)
    gatehouse.succeed("servers", "add", "hostile", "--", sys.executable, str(tmp_path / "hostile.py"))
    gatehouse.succeed("servers", "scan")
    raw = tmp_path / "raw"
    console = open_terminal(
        ["script", "--quiet", "--flush", "--command", gatehouse.binary, str(raw)], gatehouse.environment, LARGE
    )
    console.shows("hostile", "plain")
    console.keys("G")
    console.keys("q")
    console.status()
    drawn = raw.read_bytes()
    for sequence in (b"\x1b]0;owned", b"\xe2\x80\xae", b"\xc2\x9b", b"\x1bc", b"\x1b[31mred"):
        assert sequence not in drawn


# Terminals


def test_no_color_means_no_colours(open_console) -> None:
    console = open_console(NO_COLOR="1")
    console.shows("notes", "delete_note")
    styles = set(";".join(re.findall(r"\x1b\[([\d;]*)m", console.styled())).split(";")) - {""}
    assert styles <= {"0", "1", "2", "3", "4", "7", "22", "23", "24", "27", "39", "49"}, styles


def test_colours_are_used_where_they_can_be(open_console) -> None:
    console = open_console()
    console.shows("notes", "delete_note")
    assert re.search(r"\x1b\[[\d;]*(3[1-7]|38;[25];)", console.styled())


@pytest.mark.parametrize("how", ["--plain", "TERM=dumb", "a pipe"])
def test_plain_mode_writes_lines(gatehouse: Gatehouse, open_console, notes: Wire, how: str) -> None:
    options = [] if how == "TERM=dumb" else ["--plain"]
    environment = {**gatehouse.environment, **({"TERM": "dumb"} if how == "TERM=dumb" else {})}
    plain = Wire(gatehouse.start(*options, env=environment))
    gatehouse.wait_for_subscribers(1)
    notes.call("other_thing")
    line = b""
    while b"other_thing" not in line:
        line = plain.line()
        assert line is not None, plain.errors()
        assert b"\x1b" not in line
    assert b"deny" in line
    plain.process.send_signal(signal.SIGTERM)
    plain.process.wait(10)


@pytest.mark.parametrize("term", ["xterm-256color", "screen", "linux", "vt100"])
def test_every_kind_of_terminal_gets_something(gatehouse: Gatehouse, open_console, open_terminal, term: str) -> None:
    console = open_terminal(["env", f"TERM={term}", gatehouse.binary], gatehouse.environment, SMALL)
    console.shows("notes")
    console.keys("q")
    console.status()


@pytest.mark.parametrize("term", ["no-such-terminal", "dumb", ""])
def test_a_terminal_that_cannot_show_a_screen_gets_text(
    gatehouse: Gatehouse, open_console, open_terminal, term: str
) -> None:
    console = open_terminal(["env", f"TERM={term}", gatehouse.binary], gatehouse.environment, SMALL)
    console.shows("--plain", "1 server, 3 tools")
    console.type("quit\n")
    assert console.status() == 0


SHELL = """
stty -a > before
"$0" "$@"
echo "ended with $?"
stty -a > after
exec sleep 1000
"""

ENDINGS = {
    "q": None,
    "SIGTERM": signal.SIGTERM,
    "SIGHUP": signal.SIGHUP,
    "SIGQUIT": signal.SIGQUIT,
    # What a trap of the program is to the kernel.
    "SIGILL": signal.SIGILL,
    "SIGTRAP": signal.SIGTRAP,
    "SIGABRT": signal.SIGABRT,
    "SIGSEGV": signal.SIGSEGV,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_terminal_is_as_before_after_every_ending(
    gatehouse: Gatehouse, open_console, open_terminal, tmp_path: Path, ending: str
) -> None:
    shell = open_terminal(["sh", "-c", SHELL, gatehouse.binary], gatehouse.environment, SMALL, tmp_path)
    shell.shows("notes", "delete_note")
    assert shell.is_alternate
    if ENDINGS[ending] is None:
        shell.keys("q")
    else:
        console, = [pid for pid in processes.children(shell.pid) if processes.command_line(pid)[0] == gatehouse.binary]
        processes.kill([console], ENDINGS[ending])
    shell.shows("ended with", within=20)
    eventually(lambda: (tmp_path / "after").exists() and (tmp_path / "after").read_text(), what="stty")
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
    assert not shell.is_alternate and shell.has_cursor
    assert "delete_note" not in shell.screen()
    # A terminal that hangs up is an ordinary end.
    expected = 0 if ending in ("q", "SIGHUP") else 128 + ENDINGS[ending]
    assert f"ended with {expected}\n" in shell.screen()


def test_suspending_gives_the_terminal_back_and_returning_draws_again(
    gatehouse: Gatehouse, open_console, open_terminal, tmp_path: Path
) -> None:
    shell = open_terminal(["bash", "--norc", "-i"], {**gatehouse.environment, "PS1": "ready> "}, SMALL, tmp_path)
    shell.shows("ready>")
    shell.type(f"{gatehouse.binary}\n")
    shell.shows("notes", "delete_note")
    shell.keys("C-z")
    shell.shows("Stopped")
    assert not shell.is_alternate
    shell.type("fg\n")
    shell.shows("notes", "delete_note", "gatehouse")
    assert shell.is_alternate
    shell.keys("q")
    shell.until(lambda screen: screen.rstrip().endswith("ready>"), "the prompt")


def test_the_end_of_the_terminal_ends_the_console(gatehouse: Gatehouse, open_console) -> None:
    console = open_console()
    console.shows("notes")
    pid = console.pid
    console.close()
    processes.all_gone([pid])
