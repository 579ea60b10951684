"""A server, a policy, an environment that try to speak to the terminal: it gets characters, and sequences of ours."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import drawn
from rig.gatehouse import Gatehouse
from rig.pseudoterminal import Pseudoterminal, run_on_terminal
from rig.wire import Wire

PEER = Path(__file__).parent / "peers" / "hostile.py"
BAD = "\x1b]0;owned\x07\x1b[2J\u202e\u200b\U000e0041\x9b2J" + "\u0301" * 9 + "\u2028\ue000"
NAME = "evil"


def is_idle(screen: bytes) -> bool:
    return screen.endswith(b"\x1b]7770;idle\x1b\\")


@pytest.fixture
def hostile(gatehouse: Gatehouse) -> Iterator[Gatehouse]:
    """A gate over a hostile server, under a policy with hostile words, after a call."""
    command = {"command": sys.executable, "args": [str(PEER), BAD]}
    (gatehouse.home / "servers.json").write_text(json.dumps({"mcpServers": {NAME: command, "other": command}}))
    (gatehouse.home / "servers.json").chmod(0o600)
    gatehouse.set_policy({
        "version": "1", "description": BAD, "default": "allow",
        "tools": {f"t1{BAD}": {"action": "deny", "reason": BAD, "description": BAD}, "t2*": {"action": "deny", "reason": BAD}},
        "servers": {NAME: {"description": BAD, "tools": {"t3*": {"action": "require_approval", "reason": BAD}}}},
    })
    gatehouse.run("servers", "scan")
    wire = Wire(gatehouse.start("connect", NAME))
    client = {"name": BAD, "version": BAD}
    wire.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
    wire.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    for tool in (f"t0{BAD}", f"t2{BAD}", "t3"):
        wire.call(tool)
    yield gatehouse


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (40, 10)], ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("term", ["xterm-256color", "linux", "screen-256color"])
def test_the_screen(hostile: Gatehouse, term: str, size: tuple[int, int]) -> None:
    environment = {**hostile.environment, "TERM": term, "GATEHOUSE_TEST": "1", "EDITOR": BAD}
    terminal = Pseudoterminal([hostile.binary, "--theme", BAD], environment, size)
    try:
        terminal.until(lambda screen: b"t24" in screen or b"evil" in screen and is_idle(screen), "the servers")
        for keys in ["jjjj", "2", "4", "k", "\r", "\x1b", "5", "o", "\x1b", "1", "GG", "t", "\x1b", "d", "y", "6", "=",
                     "\x1b", "/", "t1", "\r", "\x1b", "?", "al", "\x1b", ":theme\r", "\x1b", ":go evil*\r", "a", "y", "!", "\x1b"]:
            before = len(terminal.drawn)
            terminal.type(keys)
            terminal.until(lambda screen: len(screen) > before and is_idle(screen), f"an answer to {keys!r}")
        terminal.type(":q!\r")
        assert terminal.end() == 0
        assert drawn.strange(terminal.drawn) == []
    finally:
        terminal.close()


def test_lines_of_the_plain_console(hostile: Gatehouse) -> None:
    terminal = Pseudoterminal([hostile.binary, "--plain"], hostile.environment, (200, 50))
    try:
        terminal.until(lambda text: b"> " in text, "a prompt")
        for line in ["list", "show t1*", "show */t3*", "deny t1*", "y", "changes", "status", "servers", "log", "watch all"]:
            before = len(terminal.drawn)
            terminal.type(line + "\n")
            terminal.until(lambda text: len(text) > before + len(line) and text.endswith(b"> "), f"an answer to {line}")
        terminal.type("quit!\n")
        assert terminal.end() == 0
        assert drawn.strange(terminal.drawn) == []
        assert b"U+202E" in terminal.drawn
    finally:
        terminal.close()


@pytest.mark.parametrize("words", [
    ["tools"], ["servers", "list"], ["servers", "scan"], ["servers", "log", NAME], ["status"], ["themes"], ["themes", BAD],
    ["themes", "bad"], ["themes", "check", "themes/bad.toml"], ["policy", "validate"], ["policy", "validate", f"no{BAD}"],
    ["policy", "explain", NAME, f"t1{BAD}"], ["policy", "fmt", "--check"], ["policy", "diff", "policy.json", "other.json"],
    ["tools", "--server", BAD], ["servers", "remove", f"x{BAD}"], ["connect", BAD], ["--color", BAD], [BAD], ["watch", "--filter", f"({BAD}"],
    ["log", "verify"], ["policy", "test", f"no{BAD}"], ["servers", "add", f"new{BAD}", "--", BAD],
], ids=lambda words: " ".join(words[:2]).encode("ascii", "replace").decode().replace("\x1b", "ESC"))
def test_commands(hostile: Gatehouse, words: list[str]) -> None:
    (hostile.home / "themes").mkdir()
    (hostile.home / "themes" / "bad.toml").write_text(f'name = "{BAD}\n[{BAD}]\n{BAD} = "{BAD}"\n[style]\ndim = "\u202e"\n')
    (hostile.home / "other.json").write_text(json.dumps({"version": "1", "description": BAD, "default": "deny"}))
    for environment in [hostile.environment, {**hostile.environment, "TERM": BAD.replace("\x00", ""), "COLORTERM": BAD}]:
        environment = {**environment, "PWD": str(hostile.home)}
        _, text = run_on_terminal(["env", "-C", str(hostile.home), hostile.binary, *words], environment)
        assert drawn.strange(text.encode()) == []


def test_watching(hostile: Gatehouse) -> None:
    terminal = Pseudoterminal([hostile.binary, "watch", "--since", "0"], hostile.environment, (200, 50))
    try:
        terminal.until(lambda text: b"U+202E" in text and b"deny" in text, "the denied call")
        assert drawn.strange(terminal.drawn.replace(b"\t", b" ")) == []
    finally:
        terminal.close()


@pytest.mark.parametrize("term", ["xterm-256color", BAD])
def test_a_broken_policy_and_a_terminal_of_a_hostile_name(gatehouse: Gatehouse, term: str) -> None:
    gatehouse.set_policy(json.dumps({"version": "1", BAD: BAD}))
    (gatehouse.home / "config.json").write_text(json.dumps({"console": {"theme": BAD, BAD: 1}, "record": {BAD: 1}}))
    environment = {**gatehouse.environment, "TERM": term, "GATEHOUSE_TEST": "1"}
    terminal = Pseudoterminal([gatehouse.binary, "--no-start"], environment)
    try:
        last = is_idle if term != BAD else lambda text: text.endswith(b"> ")
        terminal.until(last, "a picture")
        terminal.type(":q!\r" if term != BAD else "quit!\n")
        assert terminal.end() == 0
        assert drawn.strange(terminal.drawn) == []
    finally:
        terminal.close()
    gate = Pseudoterminal([gatehouse.binary, "serve"], gatehouse.environment)
    try:
        gate.end()
        assert drawn.strange(gate.drawn) == []
    finally:
        gate.close()
