"""What `gatehouse policy test` says of a suite of cases."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rig.gatehouse import Gatehouse

POLICY = {
    "version": "1",
    "tools": {
        "push": {"limits": [{"window": "minute", "max": 2}]},
        "rm": {"action": "deny", "reason": "we keep it"},
        "idle": {},
    },
}
GOOD = [
    {"name": "two pushes", "server": "git", "tool": "push", "times": 2, "expect": "allow"},
    {"server": "git", "tool": "push", "expect": {"verdict": "limit", "rule": "/tools/push/limits/0", "retry_after_ms": 60000}},
    {"server": "git", "tool": "rm", "expect": {"verdict": "deny", "reason": "we keep"}},
]
BAD = [{"name": "no\u0000\u001b[2J <&\">", "server": "git", "tool": "rm", "expect": "allow"}]


@pytest.fixture
def tested(gatehouse: Gatehouse) -> Gatehouse:
    gatehouse.set_policy(POLICY)
    return gatehouse


def suite(gatehouse: Gatehouse, cases: list[dict], **more: object) -> str:
    path = gatehouse.home / "cases.json"
    path.write_text(json.dumps({**more, "cases": cases}, indent=1))
    return str(path)


def test_a_suite_that_holds_ends_with_0(tested: Gatehouse) -> None:
    done = tested.run("policy", "test", suite(tested, GOOD))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "3 passed, 0 failed"
    assert "/tools/idle" in done.stdout and "FAIL" not in done.stdout


def test_a_case_that_fails_is_told_with_its_place_and_ends_with_1(tested: Gatehouse) -> None:
    path = suite(tested, GOOD + BAD)
    done = tested.run("policy", "test", path)
    assert (done.returncode, done.stderr) == (1, "")
    line = Path(path).read_text()[: Path(path).read_text().index('"no\\u0000')].count("\n")
    assert f"({path}:{line}:3)" in done.stdout
    assert "verdict: expected allow, got deny" in done.stdout
    assert "decided: deny by /tools/rm, line" in done.stdout and "its action is deny" in done.stdout
    assert done.stdout.splitlines()[-1] == "3 passed, 1 failed"
    assert "\x1b" not in done.stdout


def test_the_report_for_programs(tested: Gatehouse) -> None:
    done = tested.run("policy", "test", suite(tested, GOOD + BAD), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["passed"], report["failed"], report["idle_rules"]) == (1, 3, 1, ["/tools/idle"])
    assert [case["passed"] for case in report["cases"]] == [True, True, True, False]
    assert report["cases"][3]["steps"] and "steps" not in report["cases"][0]
    for key in {*report, *report["cases"][3]}:
        assert f'"{key}"' in tested.succeed("policy", "test", "--help")


def test_the_report_for_build_servers(tested: Gatehouse) -> None:
    out = tested.home / "junit.xml"
    done = tested.run("policy", "test", suite(tested, GOOD + BAD), "--junit", str(out))
    assert done.returncode == 1 and "3 passed, 1 failed" in done.stdout
    root = ElementTree.parse(out).getroot()
    assert (root.tag, root.attrib["tests"], root.attrib["failures"]) == ("testsuites", "4", "1")
    cases = root.findall("./testsuite/testcase")
    assert [case.attrib["name"] for case in cases] == ["two pushes", "git/push", "git/rm", "no\ufffd\ufffd[2J <&\">"]
    failures = [case.find("failure") for case in cases]
    assert [failure is None for failure in failures] == [True, True, True, False]
    assert failures[3].attrib["message"] == "verdict: expected allow, got deny"
    assert tested.run("policy", "test", suite(tested, GOOD), "--junit", "/nowhere/x.xml").returncode == 1


def test_the_policy_is_the_option_s_or_the_suite_s_or_the_one_in_use(tested: Gatehouse, tmp_path: Path) -> None:
    deny, folder = {"version": "1"}, tmp_path / "suites"
    folder.mkdir()
    (tmp_path / "deny.json").write_text(json.dumps(deny))
    cases = {"policy": "../deny.json", "cases": [{"server": "git", "tool": "idle", "expect": "deny"}]}
    (folder / "cases.json").write_text(json.dumps(cases))
    tested.succeed("policy", "test", str(folder / "cases.json"))
    assert tested.run("policy", "test", "suites/cases.json", cwd=tmp_path).returncode == 0
    assert tested.run("policy", "test", "cases.json", cwd=folder).returncode == 0
    del cases["policy"]
    (folder / "cases.json").write_text(json.dumps(cases))
    assert tested.run("policy", "test", str(folder / "cases.json")).returncode == 1
    tested.succeed("policy", "test", str(folder / "cases.json"), "--policy", str(tmp_path / "deny.json"))
    assert tested.run("policy", "test", "-", input=json.dumps(cases)).returncode == 1
    tested.set_policy(None)
    absent = tested.run("policy", "test", str(folder / "cases.json"))
    assert absent.returncode == 1 and str(tested.policy_file) in absent.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"cases": [{"server": "s", "tool": "t", "expects": "deny"}]}', ":1:41: error: unknown key `expects`: did you mean"),
        ('{"cases": []}', "there is no case in it"),
        ("{", ":1:2: error: "),
    ],
)
def test_a_suite_that_is_wrong_is_refused_with_its_place(tested: Gatehouse, text: str, message: str) -> None:
    path = tested.home / "cases.json"
    path.write_text(text)
    done = tested.run("policy", "test", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert str(path) + (message if message.startswith(":") else ": " + message) in done.stderr


def test_the_example_of_help_is_a_suite(tested: Gatehouse) -> None:
    told = tested.succeed("policy", "test", "--help")
    example = told[told.index('{"policy"') : told.index("}]}") + 3]
    text = "\n".join(re.sub(r",  .*", ",", line) for line in example.splitlines())
    parsed = json.loads(text.replace("SCHEMA", "true"))
    assert set(parsed) == {"policy", "now", "tools", "cases"}
    del parsed["tools"], parsed["policy"]
    tested.set_policy({"version": "1", "tools": {"push": {"rate_limit": "10/minute"}}})
    parsed["cases"][1]["expect"]["rule"] = "/tools/push/rate_limit"
    tested.succeed("policy", "test", suite(tested, parsed["cases"]))
