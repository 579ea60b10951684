"""`gatehouse policy validate` and `gatehouse policy schema`, over the fixtures of the policy tests."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from rig.gatehouse import Gatehouse
from rig.wire import PLAIN

POLICIES = Path(__file__).resolve().parents[1] / "Fixtures/policies"

#: Mistakes that no schema can see, and why; the schema must take each of them.
UNSEEN = {
    "approval-hold-above-timeout": "compares a number with a default",
    "approval-hold-above-written-timeout": "compares two numbers",
    "counter-aligned-otherwise": "compares two limits",
    "counter-counted-otherwise": "compares two limits",
    "counter-with-and-without-cost": "compares two limits",
    "counter-with-two-costs": "compares two limits",
    "glob-tie": "compares two keys",
    "glob-tie-in-resources": "compares two keys",
    "limit-twice": "compares two limits",
    "limit-twice-with-the-short-form": "compares two limits",
    "max-ten-decimals": "multiples of 1e-9 are guesswork in floating point",
    "number-below-doubles": "the digits are gone before the schema sees the number",
    "number-beyond-doubles": "the digits are gone before the schema sees the number",
    "number-loses-decimals": "the digits are gone before the schema sees the number",
    "number-loses-digits": "says nothing of how other programs read a number",
    "text-key-twice": "Python keeps the last of two keys",
    "text-lone-surrogate": "Python takes half of a pair",
    "text-rule-twice": "Python keeps the last of two keys",
    "value-regex-lookahead": "RE2's grammar is not the schema's",
    "value-regex-unclosed": "RE2's grammar is not the schema's",
}


def fixtures(kind: str) -> list[Path]:
    found = sorted((POLICIES / kind).glob("*.json"))
    assert len(found) >= 15
    return found


def named(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module")
def schema(make_gatehouse) -> Draft202012Validator:
    done = make_gatehouse().run("policy", "schema")
    assert done.returncode == 0
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check(gatehouse: Gatehouse, *arguments: str):
    """Runs `policy validate` where no policy is in use."""
    gatehouse.policy_file.unlink(missing_ok=True)
    return gatehouse.run("policy", "validate", *arguments)


# The schema


@pytest.mark.parametrize("path", fixtures("good") + fixtures("warnings"), ids=named)
def test_the_schema_takes_what_is_right(schema: Draft202012Validator, path: Path) -> None:
    assert [error.message for error in schema.iter_errors(json.loads(path.read_text()))] == []


@pytest.mark.parametrize("path", fixtures("mistakes"), ids=named)
def test_the_schema_refuses_what_it_can_see(schema: Draft202012Validator, path: Path) -> None:
    try:
        policy = json.loads(path.read_bytes().decode())
    except ValueError:
        assert path.stem.startswith("text-") and path.stem not in UNSEEN
        return
    assert schema.is_valid(policy) == (path.stem in UNSEEN)


def test_what_no_schema_sees_is_a_fixture() -> None:
    assert UNSEEN.keys() <= {path.stem for path in fixtures("mistakes")}


def test_the_schema_explains_itself(schema: Draft202012Validator) -> None:
    """Every key says what it is, and every word what it means."""

    def look(node: object, path: str) -> None:
        if not isinstance(node, dict):
            return
        for key, value in node.get("properties", {}).items():
            if "/if/" in path + "/" or "/then/" in path + "/":
                continue
            assert isinstance(value, dict) and ("description" in value or "anyOf" in value), f"{path}/{key}"
        if "enumDescriptions" in node:
            assert len(node["enumDescriptions"]) == len(node["enum"]), path
        for key, value in node.items():
            for part in value if isinstance(value, list) else [value]:
                look(part, f"{path}/{key}")

    look(schema.schema, "")


# The command


@pytest.mark.parametrize("name", ["several", "text-unclosed-object", "op-symbol"])
def test_mistakes_are_told_as_compilers_do(gatehouse: Gatehouse, name: str) -> None:
    path = POLICIES / f"mistakes/{name}.json"
    done = check(gatehouse, str(path))
    assert done.returncode == 1
    wanted = [f"{path}:{line}" for line in path.with_suffix(".txt").read_text().splitlines()]
    assert done.stderr.splitlines()[:-1] == wanted
    assert done.stderr.splitlines()[-1].startswith(f"{path}: refused, ")
    assert done.stdout == ""


def test_warnings_do_not_refuse_unless_they_must(gatehouse: Gatehouse) -> None:
    path = POLICIES / "warnings/several.json"
    wanted = [f"{path}:{line}" for line in path.with_suffix(".txt").read_text().splitlines()]
    done = check(gatehouse, str(path))
    assert done.returncode == 0
    assert done.stderr.splitlines() == wanted
    assert done.stdout.startswith(f"{path}: good, revision ") and done.stdout.endswith(", 4 warnings\n")
    strict = check(gatehouse, "--strict", str(path))
    assert strict.returncode == 1
    assert strict.stderr.splitlines() == [line.replace(": warning: ", ": error: ") for line in wanted] + [
        f"{path}: refused, 4 errors"
    ]


def test_findings_as_json(gatehouse: Gatehouse) -> None:
    done = check(gatehouse, "--json", str(POLICIES / "warnings/limit-of-zero.json"))
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["valid"] is True and len(told["revision"]) == 12 and "against" not in told
    assert told["problems"] == [
        {
            "weight": "warning", "line": 1, "column": 40, "pointer": "/tools/x/limits/0",
            "message": "a limit of 0 denies every call", "help": 'write `"action": "deny"`, which says so',
        }
    ]
    done = check(gatehouse, "--json", "--strict", str(POLICIES / "warnings/limit-of-zero.json"))
    assert done.returncode == 1
    assert json.loads(done.stdout)["valid"] is False
    done = check(gatehouse, "--json", str(POLICIES / "mistakes/several.json"))
    assert done.returncode == 1
    assert "revision" not in json.loads(done.stdout) and len(json.loads(done.stdout)["problems"]) == 6


def test_a_policy_from_standard_input(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("policy", "validate", "-", input='{"version": "1", "moed": "bad"}')
    assert done.returncode == 1
    assert done.stderr.startswith("-:1:18: error: unknown key `moed`: did you mean `mode`?")


def test_what_is_looser_than_the_policy_in_use(gatehouse: Gatehouse) -> None:
    gatehouse.policy_file.write_text('{"version": "1", "tools": {"push": {"rate_limit": "10/minute"}}}')
    draft = gatehouse.home / "draft.json"
    draft.write_text('{\n  "version": "1",\n  "mode": "observe",\n  "tools": {"push": {"rate_limit": "20/minute"}}\n}\n')
    done = gatehouse.run("policy", "validate", str(draft))
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"{draft}:3:3: warning: looser than before: `mode`: enforce becomes observe, so nothing is denied any more (at /mode)",
        f"{draft}:4:13: warning: looser than before: `push`: the limit 10/minute becomes 20/minute (at /tools/push)",
    ]
    assert gatehouse.run("policy", "validate", "--strict", str(draft)).returncode == 1
    # Beside itself nothing is looser, whatever it is called.
    assert gatehouse.run("policy", "validate").stderr == ""
    assert gatehouse.run("policy", "validate", "--against", str(draft)).stderr == ""
    back = gatehouse.run("policy", "validate", str(draft), "--against", str(draft))
    assert back.returncode == 0 and back.stderr == ""
    # A policy in use that is wrong, or is not there, is no measure.
    gatehouse.policy_file.write_text("{")
    assert gatehouse.run("policy", "validate", str(draft)).stderr == ""
    refused = gatehouse.run("policy", "validate", str(draft), "--against", str(gatehouse.policy_file))
    assert refused.returncode == 1 and f"{gatehouse.policy_file}:1:2: error: " in refused.stderr
    assert gatehouse.run("policy", "validate", "-", "--against", "-", input="{}").returncode == 2


def test_what_has_expired(gatehouse: Gatehouse) -> None:
    done = gatehouse.run(
        "policy", "validate", "-",
        input='{"version": "1", "default": "allow", "tools": {"x": {"expires": "2020-01-01T00:00:00Z"}}}',
    )
    assert done.returncode == 0
    assert "-:1:54: warning: this rule has expired, so it is as if absent" in done.stderr


def test_names_that_no_server_has(gatehouse: Gatehouse) -> None:
    policy = {
        "version": "1", "tools": {"delete_nite": {}},
        "servers": {"notes": {"tools": {"get_nota": {}, "get_note": {}}}, "nots": {}},
    }
    gatehouse.set_policy({"version": "1", "default": "allow"})
    draft = json.dumps(policy)
    assert gatehouse.run("policy", "validate", "-", input=draft).stderr == ""
    gatehouse.succeed("servers", "add", "notes", "--", *PLAIN)
    # It was never asked, so only its name is known.
    done = gatehouse.run("policy", "validate", "-", input=draft)
    assert done.returncode == 0
    assert [line.split(": ", 1)[1] for line in done.stderr.splitlines()] == [
        "warning: no server `nots` is known: did you mean `notes`? (at /servers/nots)"
    ]
    gatehouse.succeed("servers", "scan")
    done = gatehouse.run("policy", "validate", "-", input=draft)
    assert [line.split(": ", 1)[1] for line in done.stderr.splitlines()] == [
        "warning: no server has a tool `delete_nite`: did you mean `delete_note`? (at /tools/delete_nite)",
        "warning: `notes` has no tool `get_nota`: did you mean `get_note`? (at /servers/notes/tools/get_nota)",
        "warning: no server `nots` is known: did you mean `notes`? (at /servers/nots)",
    ]


def test_nothing_is_made_for_a_policy_to_be_checked(gatehouse: Gatehouse) -> None:
    gatehouse.policy_file.unlink()
    before = sorted(gatehouse.home.rglob("*"))
    done = gatehouse.run("policy", "validate", str(POLICIES / "good/every-level.json"))
    assert done.returncode == 0 and done.stderr == ""
    assert sorted(gatehouse.home.rglob("*")) == before


def test_hostile_text_reaches_no_terminal(gatehouse: Gatehouse) -> None:
    done = gatehouse.run("policy", "validate", "-", input=r'{"version": "1", "\u001b[31mred\u202e\nblue": 1}')
    assert done.returncode == 1
    assert "\x1b" not in done.stderr and "\u202e" not in done.stderr
    assert len(done.stderr.splitlines()) == 2
