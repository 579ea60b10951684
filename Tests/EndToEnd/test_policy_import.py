"""gatehouse policy import intercept: what it prints and writes, and that the new policy is enforced."""

import json
import stat

import pytest

from rig.gatehouse import Gatehouse
from rig.wire import plain

POLICY = """\
# Notes, kept tidy.
version: "1"
default: deny
tools:
  get_note:
    rules: []
  delete_note:
    rules:
      - name: notes stay
        action: deny
        on_deny: Notes are never deleted
"""
IMPORTED = """\
{
  "version": "1",
  "default": "deny",
  "tools": {
    "get_note": {},
    "delete_note": {"action": "deny", "reason": "Notes are never deleted"}
  },
  "resources": {
    "*": {}
  },
  "prompts": {
    "*": {}
  },
  "server_requests": {
    "*": {}
  }
}
"""


@pytest.fixture
def policy(gatehouse: Gatehouse) -> str:
    file = gatehouse.home / "intercept.yaml"
    file.write_text(POLICY)
    return str(file)


def test_the_policy_is_printed_and_the_warnings_beside_it(gatehouse: Gatehouse, policy: str) -> None:
    done = gatehouse.run("policy", "import", "intercept", policy)
    assert (done.returncode, done.stdout) == (0, IMPORTED)
    assert done.stderr.startswith(f"{policy}:3:10: warning: Intercept judges tool calls only")
    assert done.stderr.count("\n") == 1


def test_standard_input_is_read(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("policy", "import", "intercept", "-", input="version: 1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"version": "1", "default": "allow"}


def test_everything_that_has_no_equal_is_told_and_nothing_is_written(gatehouse: Gatehouse, policy: str) -> None:
    bad = POLICY.replace("rules: []", "rule: []").replace("action: deny", "action: \"d\\e[31m\"") + "wrong: *x\n"
    (gatehouse.home / "intercept.yaml").write_text(bad)
    output = gatehouse.home / "new.json"
    done = gatehouse.run("policy", "import", "intercept", policy, "--output", str(output))
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [line.removeprefix(policy).split(": error: ")[0] for line in lines[:-1]] == [":6:5", ":10:17", ":12:1", ":12:8"]
    assert lines[-1] == f"{policy}: refused, 4 errors"
    assert "\x1b" not in done.stderr
    assert not output.exists()


def test_a_file_is_written_for_its_owner_only_and_never_replaced_unasked(gatehouse: Gatehouse, policy: str) -> None:
    output = gatehouse.home / "new" / "policy.json"
    words = ("policy", "import", "intercept", policy, "--output", str(output))
    assert gatehouse.run(*words).stdout == ""
    assert output.read_text() == IMPORTED
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    output.write_text("mine")
    again = gatehouse.run(*words)
    assert again.returncode == 1
    assert again.stderr.endswith(f"gatehouse: {output} is there already\n  write another name, or `--force` to replace it\n")
    assert output.read_text() == "mine"
    assert gatehouse.run(*words, "--force").returncode == 0
    assert output.read_text() == IMPORTED
    assert list(output.parent.iterdir()) == [output]


def test_strict_takes_warnings_for_errors(gatehouse: Gatehouse, policy: str) -> None:
    done = gatehouse.run("policy", "import", "intercept", policy, "--strict")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"{policy}: refused, 1 warning\n")


@pytest.mark.parametrize(
    ("words", "mentions"),
    [
        (["intercept"], "POLICY.yaml"),
        (["interceptor", "x.yaml"], "there is: intercept"),
        (["intercept", "x.yaml", "--force"], "--output"),
    ],
)
def test_a_mistake_in_the_words_ends_with_2(gatehouse: Gatehouse, words: list[str], mentions: str) -> None:
    done = gatehouse.run("policy", "import", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert mentions in done.stderr


def test_what_was_imported_is_enforced(gatehouse: Gatehouse, policy: str) -> None:
    gatehouse.succeed("policy", "import", "intercept", policy, "--force", "--output", str(gatehouse.policy_file))
    wire = plain(gatehouse)
    wire.initialize()
    assert not wire.call("get_note")["result"].get("isError", False)
    denied = wire.call("delete_note")["result"]
    assert denied["isError"]
    assert "Notes are never deleted" in denied["content"][0]["text"]
    assert wire.call("write_note")["result"]["isError"]
