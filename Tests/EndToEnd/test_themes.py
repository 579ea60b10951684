"""Themes from the command line: the list, what one looks like, and what is wrong with one."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse
from rig.pseudoterminal import run_on_terminal

SHIPPED = [
    "terminal", "catppuccin-mocha", "deuteranopia", "dracula", "gruvbox-dark", "gruvbox-light", "high-contrast", "mono",
    "nord", "solarized-dark", "solarized-light", "tokyo-night",
]
ROLES = ["header", "text", "accent", "allow", "deny", "limit", "ask", "hide", "inherit", "HIGH", "row.selected",
         "banner.error", "input.error", "attention", "match"]


def own(gatehouse: Gatehouse, name: str, text: str) -> Path:
    folder = gatehouse.home / "themes"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    return folder / f"{name}.toml"


def test_the_list_says_what_is_there(gatehouse: Gatehouse) -> None:
    mine = own(gatehouse, "mine", 'variant = "light"\n[style]\ndimm = "red"\n')
    (gatehouse.home / "config.json").write_text('{"console": {"theme": "nord"}}')
    done = gatehouse.run("themes")
    assert done.returncode == 0
    rows = {row[1]: row for row in (f" {line}".split(maxsplit=4) if line[0] != "*" else line.split(maxsplit=4)
            for line in done.stdout.splitlines()[1:]) for row in [row if row[0] == "*" else ["", *row]]}
    assert list(rows) == [*SHIPPED, "mine"]
    assert rows["nord"][0] == "*" and rows["dracula"][0] == ""
    assert rows["gruvbox-light"][2:4] == ["light", "shipped"]
    assert rows["mine"][2:] == ["light", str(mine), "1"]
    assert "mine.toml:3:1: `dimm` is not a role; did you mean `dim`?" in done.stderr


def test_the_list_for_programs(gatehouse: Gatehouse) -> None:
    mine = own(gatehouse, "dracula", 'name = "M\u202ene"\n[palette]\nbg = "#12"\n')
    listed = {theme["name"]: theme for theme in json.loads(gatehouse.succeed("themes", "--json"))}
    assert list(listed) == SHIPPED
    assert listed["nord"] == {"name": "nord", "title": "Nord", "variant": "dark", "problems": []}
    assert listed["dracula"]["file"] == str(mine) and listed["dracula"]["title"] == "M\u202ene"
    assert listed["dracula"]["problems"][0].startswith("dracula.toml:3:6: `#12` is not a colour")
    assert json.loads(gatehouse.succeed("themes", "nord", "--json")) == listed["nord"]


def test_one_theme_in_words_and_without_colour_for_a_file(gatehouse: Gatehouse) -> None:
    shown = gatehouse.succeed("themes", "nord")
    assert shown.startswith("Nord, dark, shipped\n")
    assert "\x1b" not in shown and all(role in shown for role in ROLES)


@pytest.mark.parametrize(
    ("environment", "options", "used", "words"),
    [
        ({"COLORTERM": "truecolor"}, [], {"2"}, "24-bit colour"),
        ({}, [], {"5"}, "256 colours"),
        ({"TERM": "xterm-direct"}, [], {"2"}, "24-bit colour"),
        ({"TERM": "linux"}, [], {"few"}, "8 colours"),
        ({"TERM": "vt100"}, [], set(), "without colour"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, [], set(), "without colour"),
        ({"NO_COLOR": "1"}, ["--color=16"], {"few"}, "16 colours"),
        ({}, ["--color", "true"], {"2"}, "24-bit colour"),
        ({"COLORTERM": "truecolor"}, ["--color=never"], set(), "without colour"),
    ],
)
def test_the_picture_has_the_colours_that_the_terminal_has(
    gatehouse: Gatehouse, environment: dict[str, str], options: list[str], used: set[str], words: str
) -> None:
    status, drawn = run_on_terminal([gatehouse.binary, "themes", "dracula", *options],
                                    {**gatehouse.environment, **environment})
    assert status == 0 and words in drawn.splitlines()[0]
    kinds = set()
    for sequence in re.findall(r"\x1b\[([\d;]*)m", drawn):
        numbers = sequence.split(";")
        while numbers:
            number = int(numbers.pop(0))
            if number in (38, 48):
                kinds.add(numbers[0])
                del numbers[: {"2": 4, "5": 2}[numbers[0]]]
            elif number >= 30:
                kinds.add("few")
    assert kinds == used


def test_a_terminal_s_description_may_promise_any_colour(gatehouse: Gatehouse, tmp_path: Path) -> None:
    (tmp_path / "mine.ti").write_text("mine-rgb|a test,\n\tRGB, use=xterm-256color,\n")
    subprocess.run(["tic", "-x", "-o", tmp_path / "terminfo", tmp_path / "mine.ti"], check=True, capture_output=True)
    environment = {**gatehouse.environment, "TERM": "mine-rgb", "TERMINFO": str(tmp_path / "terminfo")}
    assert "24-bit colour" in run_on_terminal([gatehouse.binary, "themes", "nord"], environment)[1]
    less = run_on_terminal([gatehouse.binary, "themes", "nord", "--color=16"], environment)[1]
    assert "16 colours" in less


def test_no_such_theme(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("themes", "drakula")
    assert done.returncode == 1 and "did you mean `dracula`?" in done.stderr
    assert gatehouse.run("themes", "../../etc/passwd").returncode == 1
    assert gatehouse.run("themes", "nord", "--color=many").returncode == 2


def test_check_names_every_slip_with_its_place(gatehouse: Gatehouse, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('inherits = "nord"\n[palette]\nmine = "#123456"\n[style]\nmatch = "mine on fg"\n')
    bad.write_text('inherits = "nrod"\n[palette]\ndeny = "#12"\n[stile]\n[style]\n"decision.denny" = "\x1b[2J"\ntext = fg\n')
    done = gatehouse.run("themes", "check", str(good), str(bad))
    assert done.returncode == 1
    assert done.stdout == f"{good}: good\n"
    places = [line.removeprefix(f"{bad}:").split(" ")[0] for line in done.stderr.splitlines()]
    assert places == ["1:12:", "3:8:", "4:1:", "6:22:", "7:8:"], done.stderr
    assert "\x1b" not in done.stderr
    assert gatehouse.run("themes", "check", str(good)).returncode == 0
    assert gatehouse.run("themes", "check", str(tmp_path / "none.toml")).returncode == 1
