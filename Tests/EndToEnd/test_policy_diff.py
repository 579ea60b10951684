"""`gatehouse policy diff` on real files."""

import json
import subprocess
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse

OLD = """{
  "version": "1",
  "servers": {
    "git": {
      "tools": {
        "push": {},
        "pull": {"reason": "r"}
      }
    }
  }
}
"""
NEW = OLD.replace('"push": {}', '"push": {"rate_limit": "10/minute"}')


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "old.json").write_text(OLD)
    (tmp_path / "new.json").write_text(NEW)
    return str(tmp_path / "old.json"), str(tmp_path / "new.json")


def test_it_tells_what_changes(gatehouse: Gatehouse, pair: tuple[str, str]) -> None:
    done = gatehouse.run("policy", "diff", *pair)
    assert (done.returncode, done.stdout, done.stderr) == (1, "git/push: allow becomes 10/minute\n", "")
    assert gatehouse.run("policy", "diff", "-", pair[1], input=OLD).stdout == done.stdout
    assert gatehouse.run("policy", "diff", "-", "-", input=OLD).returncode == 2


def test_what_changes_nothing_is_no_difference(gatehouse: Gatehouse, pair: tuple[str, str]) -> None:
    assert gatehouse.succeed("policy", "diff", pair[0], pair[0]) == ""
    other = json.dumps(dict(reversed(json.loads(OLD).items())))
    assert gatehouse.succeed("policy", "diff", pair[0], "-", input=other) == "reordered, nothing changes\n"


@pytest.mark.parametrize("option", ["--unified", "-u"])
def test_the_unified_diff_is_one_that_patch_takes(
    gatehouse: Gatehouse, pair: tuple[str, str], option: str, tmp_path: Path
) -> None:
    done = gatehouse.run("policy", "diff", option, *pair)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:2] == [f"--- {pair[0]}", f"+++ {pair[1]}"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        '-        "push": {},', '+        "push": {"rate_limit": "10/minute"},'
    ]
    ours = [line for line in lines if line.startswith("@@")]
    theirs = subprocess.run(["diff", "-u", *pair], capture_output=True, text=True).stdout.splitlines()
    assert ours == [line for line in theirs if line.startswith("@@")]


def test_programs_get_pointers(gatehouse: Gatehouse, pair: tuple[str, str]) -> None:
    done = gatehouse.run("policy", "diff", "--json", *pair)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["a"]["file"] == pair[0] and len(report["b"]["revision"]) == 12
    assert report["changes"] == [
        {
            "pointer": "/servers/git/tools/push/rate_limit",
            "subject": "git/push",
            "from": "allow",
            "to": "10/minute",
            "text": "git/push: allow becomes 10/minute",
        }
    ]
    assert "diff" not in report and "remark" not in report
    both = json.loads(gatehouse.run("policy", "diff", "--json", "-u", *pair).stdout)
    assert both["diff"].startswith("--- ")


def test_what_is_refused_ends_with_1_and_usage_with_2(gatehouse: Gatehouse, pair: tuple[str, str]) -> None:
    refused = gatehouse.run("policy", "diff", "-", pair[0], input='{"version":"2"}')
    assert refused.returncode == 1 and refused.stdout == ""
    assert "(standard input):1:12: error:" in refused.stderr
    assert gatehouse.run("policy", "diff", pair[0]).returncode == 2
    assert gatehouse.run("policy", "diff", pair[0], "/nowhere/x.json").returncode == 1


def test_a_terminal_obeys_nothing_that_a_policy_says(gatehouse: Gatehouse, tmp_path: Path) -> None:
    # U+009B begins a control sequence for many terminals, and JSON lets it stand in a string as it is.
    hostile = '{"version": "1", "description": "\u009b2J\u202e"}\n'
    (tmp_path / "old.json").write_text('{"version": "1"}\n')
    (tmp_path / "new.json").write_text(hostile)
    command = f"{gatehouse.binary} policy diff -u old.json new.json; {gatehouse.binary} policy fmt --diff new.json"
    shown = subprocess.run(
        ["script", "--quiet", "--return", "--command", command, "/dev/null"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
    ).stdout.decode()
    assert shown.count("2J") == 3
    assert "\u009b" not in shown and "\u202e" not in shown
    # For a program every byte is there.
    assert hostile in gatehouse.run("policy", "diff", "-u", "old.json", "new.json", cwd=tmp_path).stdout.replace("+", "")
