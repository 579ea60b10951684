"""The console on terminals of five kinds, as an emulator that knows nothing of it shows them."""

from collections.abc import Callable, Iterator

import pytest

from rig.emulator import Emulator
from rig.gatehouse import Gatehouse
from rig.wire import PLAIN, Wire, refusal

TERMS = ["xterm-256color", "tmux-256color", "screen-256color", "linux", "vt100"]
POLICY = '{\n  "version": "1",\n  "default": "allow"\n}\n'


@pytest.fixture
def open_emulator(gatehouse: Gatehouse) -> Iterator[Callable[..., Emulator]]:
    gatehouse.set_policy(POLICY)
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    gatehouse.succeed("servers", "scan")
    opened: list[Emulator] = []

    def open(term: str, size: tuple[int, int] = (80, 24), *options: str) -> Emulator:
        opened.append(Emulator([gatehouse.binary, *options], gatehouse.environment, term, size))
        return opened[-1]

    yield open
    for emulator in opened:
        emulator.close()


def row_of(emulator: Emulator, tool: str) -> int:
    """Where a tool is in the list; its name is in the title of the pane as well."""
    return next((row for row, line in enumerate(emulator.lines) if tool in line and "LOW" in line), -1)


def decision(emulator: Emulator, word: str) -> str:
    """The tool's line, once it has the word."""
    return emulator.until(lambda it: word in it.lines[row_of(it, "get_note")], word)[row_of(emulator, "get_note")]


@pytest.mark.parametrize("term", TERMS)
def test_a_policy_is_edited_and_saved(gatehouse: Gatehouse, open_emulator, term: str) -> None:
    emulator = open_emulator(term)
    emulator.shows("1 Policy", "get_note", "allow", "gate")
    emulator.type("/tool:get_note\r")
    emulator.until(lambda it: "run_script" not in " ".join(it.lines), "the filter's picture")
    emulator.type("jd")
    assert "deny" in decision(emulator, "deny")
    emulator.type("\x13")
    emulator.until(lambda it: "saved" in it.lines[0] and "unsaved" not in it.lines[0] and "saving" not in it.lines[0], "saved")
    emulator.type("=")
    emulator.shows("6 Changes", "nothing is changed")
    emulator.type("q\x1bq")
    wire = Wire(gatehouse.start("connect", "notes"))
    wire.initialize()
    assert refusal(wire.call("get_note"))


@pytest.mark.parametrize("term", TERMS)
def test_every_pane_and_popup_keeps_its_frame(open_emulator, term: str) -> None:
    emulator = open_emulator(term, (100, 30))
    emulator.shows("1 Policy", "get_note")
    for keys, text in [("5", "5 Servers"), ("6", "6 Changes"), ("1", "1 Policy"), ("j", "delete_note"),
                       ("?", "find:"), ("\x1b", "! find:"), ("r", "at most"), ("\x1b", "! at most"), ("e", "Rule of"),
                       ("\x1b", "! Rule of"), ("t", "Tool of"), ("\x1b", "! Tool of"), (":theme\r", "gruvbox"), ("\x1b", "! gruvbox")]:
        emulator.type(keys)
        text, is_gone = text.removeprefix("! "), text.startswith("! ")
        lines = emulator.until(lambda it: any(text in line for line in it.lines) != is_gone, text)
        assert len(lines) == 30 and all(len(line) <= 100 for line in lines)
        # A row that is cut or shifted would lose the right end of a frame.
        ends = [line for line in lines if line[:1] in "┌└│+|" and line[:1]]
        assert ends and all(line[-1] in "┐┘│+|:sk▲▼" or len(line) == 100 for line in ends), "\n".join(lines)


@pytest.mark.parametrize("term", TERMS)
def test_what_is_denied_differs_without_colour_too(open_emulator, term: str) -> None:
    emulator = open_emulator(term)
    emulator.shows("1 Policy", "get_note")
    emulator.type("/tool:get_note\r")
    emulator.type("jd")
    decision(emulator, "deny")
    row = row_of(emulator, "get_note")
    assert emulator.cursor[0] == row
    assert any(mark in emulator.lines[row] for mark in ("✗ deny", "- deny", "x deny"))
    # The row under the cursor stands out by reversal where there are no colours.
    if term == "vt100":
        assert {(style[0], style[1]) for style in emulator.styles(row)} == {("default", "default")}
        assert any(style[3] for style in emulator.styles(row))
    else:
        assert emulator.styles(row) != emulator.styles(row + 1)


@pytest.mark.parametrize("term", TERMS[:3])
def test_they_show_the_same(open_emulator, term: str) -> None:
    reference = open_emulator("xterm-256color", (120, 40)).shows("1 Policy", "get_note", "No calls yet")
    other = open_emulator(term, (120, 40)).shows("1 Policy", "get_note", "No calls yet")
    same = [left == right for left, right in zip(reference, other, strict=True)]
    # The line with the time of the connection may differ.
    assert same.count(False) <= 1, "\n".join(other)
