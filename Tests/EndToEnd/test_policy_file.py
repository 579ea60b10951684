"""The policy file: what a change to it does, and what a bad or absent one does."""

import time
from pathlib import Path

import pytest

from rig import sdk
from rig.gatehouse import ALLOW_ALL, Gatehouse
from rig.real_servers import REAL_SERVERS
from rig.wire import Wire, plain, refusal

#: As it stands on PolicyLayer's pages, byte for byte.
PUBLISHED = (
    '{"version":"1","default":"deny","tools":{"build_and_push_image_to_ecr":{"limits":[{"counter":'
    '"build_and_push_image_to_ecr_rate","window":"minute","max":10,"scope":"grant"}]}}}'
)
DENY_DELETE = {"version": "1", "default": "allow", "tools": {"delete_note": {"action": "deny", "reason": "keep it"}}}


@pytest.fixture
def notes(gatehouse: Gatehouse) -> Wire:
    wire = plain(gatehouse)
    wire.initialize()
    return wire


def is_denied(answer: dict) -> bool:
    return answer["result"]["isError"] and answer["result"]["content"][0]["text"].startswith("[gatehouse] denied: ")


def test_a_policy_of_policylayer_s_pages_is_enforced_as_published(gatehouse: Gatehouse, make_world) -> None:
    world, ecs = make_world(), REAL_SERVERS["ecs"]
    gatehouse.set_policy(PUBLISHED)

    async def play() -> tuple[list, object]:
        server = gatehouse.running("ecs", ecs.command(world), world.environment)
        async with sdk.session(server, errors=gatehouse.home / "stderr") as client:
            results = [await client.call_tool(ecs.act.tool, ecs.act.arguments(world)) for _ in range(11)]
            return results, await client.call_tool(ecs.look.tool, ecs.look.arguments(world))

    (*passed, eleventh), other = sdk.run(play, 120)
    assert [result.is_error for result in passed] == [False] * 10
    assert world.read("called.log").count("docker push") == 10
    assert world.repositories() == ["shop-repo"]
    assert eleventh.is_error
    rule = "/tools/build_and_push_image_to_ecr/limits/0"
    told = sdk.verdict(eleventh)
    assert (told["verdict"], told["rule"]) == ("limit", rule)
    assert 0 < told["retry_after_ms"] <= 60_000
    seconds = -(-told["retry_after_ms"] // 1000)
    assert sdk.text(eleventh).startswith("[gatehouse] denied: ")
    assert f"Rule {rule}. Retry after {seconds} s." in sdk.text(eleventh)
    assert (other.is_error, sdk.verdict(other)["rule"]) == (True, "(default)")
    assert gatehouse.policy_file.read_text() == PUBLISHED


def test_a_changed_file_decides_the_next_call_within_200_ms(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    assert not is_denied(notes.call("delete_note"))
    times = []
    for policy in (DENY_DELETE, ALLOW_ALL) * 3:
        revision = gatehouse.change_policy(policy, stream)["revision"]
        assert is_denied(notes.call("delete_note")) == (policy is DENY_DELETE)
        assert stream.decisions("delete_note") == [] or revision
    for policy in (DENY_DELETE, ALLOW_ALL) * 3:
        gatehouse.set_policy(policy)
        changed = time.monotonic()
        while is_denied(notes.call("delete_note")) != (policy is DENY_DELETE):
            assert time.monotonic() - changed < 5, "the change was never taken up"
        times.append(time.monotonic() - changed)
    assert max(times) < 0.2, times


@pytest.mark.parametrize("how", ["in place", "by an editor's rename", "through a link"])
def test_every_way_to_write_the_file_is_noticed(gatehouse: Gatehouse, tmp_path: Path, how: str) -> None:
    if how == "through a link":
        target = tmp_path / "elsewhere.json"
        target.write_text('{"version":"1","default":"allow"}')
        gatehouse.policy_file.unlink()
        gatehouse.policy_file.symlink_to(target)
    wire = plain(gatehouse)
    wire.initialize()
    stream = gatehouse.stream()
    start = stream.mark()
    deny = '{"version":"1","default":"deny"}'
    if how == "by an editor's rename":
        gatehouse.set_policy(deny)
    else:
        (gatehouse.policy_file.resolve()).write_text(deny)
    stream.until(lambda e: e["event"] == "policy" and e["state"] == "loaded", 5, "the change", start)
    assert is_denied(wire.call("get_note"))


BROKEN = {
    "cut off": '{"version":"1","default":',
    "an unknown key": '{"version":"1","default":"allow","tolls":{}}',
    "a key twice": '{"version":"1","default":"deny","default":"allow"}',
    "empty": "",
    "not UTF-8": b'{"version":"1","description":"\xff"}',
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_leaves_the_last_good_policy_in_force_and_is_reported(
    gatehouse: Gatehouse, notes: Wire, case: str
) -> None:
    stream = gatehouse.stream()
    good = gatehouse.change_policy(DENY_DELETE, stream)
    told = gatehouse.change_policy(BROKEN[case], stream, "rejected")
    assert told["revision"] == good["revision"]
    assert told["errors"] and told["errors"][0]["line"] >= 1
    assert is_denied(notes.call("delete_note"))
    assert not is_denied(notes.call("get_note"))
    status = stream.ask({"op": "status"})
    assert (status["policy"]["state"], status["policy"]["revision"]) == ("rejected", good["revision"])
    assert gatehouse.change_policy(ALLOW_ALL, stream)["errors"] == []
    assert not is_denied(notes.call("delete_note"))


@pytest.mark.parametrize("how", ["absent", "a folder", "broken from the start"])
def test_without_a_policy_everything_is_denied_and_the_denial_says_so(gatehouse: Gatehouse, how: str) -> None:
    gatehouse.set_policy(None)
    if how == "a folder":
        gatehouse.policy_file.mkdir()
    elif how == "broken from the start":
        gatehouse.set_policy("{")
    wire = plain(gatehouse)
    wire.initialize()
    answer = wire.call("get_note")
    assert is_denied(answer)
    assert "(no policy)" in refusal(answer)
    assert "policy" in refusal(answer).lower()
    # Plumbing passes, so that a client can at least see what there is.
    assert "tools" in wire.ask("tools/list")["result"]
    stream = gatehouse.stream()
    assert stream.hello.get("revision") is None
    gatehouse.policy_file.rmdir() if how == "a folder" else None
    gatehouse.change_policy(ALLOW_ALL, stream)
    assert not is_denied(wire.call("get_note"))


def test_removing_the_file_denies_everything(gatehouse: Gatehouse, notes: Wire) -> None:
    stream = gatehouse.stream()
    gatehouse.change_policy(None, stream, "absent")
    assert is_denied(notes.call("get_note"))


def test_counts_survive_a_change_of_the_policy(gatehouse: Gatehouse, notes: Wire) -> None:
    def limited(most: int, text: str) -> dict:
        limit = {"counter": "notes", "window": "minute", "max": most, "scope": "grant"}
        return {"version": "1", "default": "deny", "description": text, "tools": {"get_note": {"limits": [limit]}}}

    stream = gatehouse.stream()
    gatehouse.change_policy(limited(3, "one"), stream)
    assert [is_denied(notes.call("get_note")) for _ in range(4)] == [False, False, False, True]
    gatehouse.change_policy(limited(3, "two"), stream)
    assert is_denied(notes.call("get_note"))
    gatehouse.change_policy(limited(5, "three"), stream)
    assert [is_denied(notes.call("get_note")) for _ in range(3)] == [False, False, True]


def test_a_limit_is_shared_by_all_sessions_of_a_grant_unless_it_is_a_session_s(gatehouse: Gatehouse) -> None:
    def limit(scope: str) -> dict:
        return {"limits": [{"window": "minute", "max": 2, "scope": scope}]}

    gatehouse.set_policy(
        {"version": "1", "default": "deny", "tools": {"get_note": limit("grant"), "run_script": limit("session")}}
    )
    one, two = plain(gatehouse), plain(gatehouse)
    one.initialize(), two.initialize()
    shared = [is_denied(wire.call("get_note")) for wire in (one, two, one, two)]
    own = [is_denied(wire.call("run_script")) for wire in (one, one, two, two, one, two)]
    assert shared == [False, False, True, True]
    assert own == [False, False, False, False, True, True]


def test_the_most_specific_rule_decides(gatehouse: Gatehouse) -> None:
    deny = {"action": "deny"}
    gatehouse.set_policy(
        {
            "version": "1",
            "default": "allow",
            "hide": ["run_*"],
            "tools": {"*_note": deny, "get_*": {}},
            "servers": {"notes": {"tools": {"delete_note": {}}}, "other": {"default": "deny"}},
        }
    )
    notes, other, third = plain(gatehouse), plain(gatehouse, name="other"), plain(gatehouse, name="third")
    seen = {}
    for name, wire in (("notes", notes), ("other", other), ("third", third)):
        wire.initialize()
        listed = wire.ask("tools/list", {"cursor": "2"})["result"]["tools"]
        assert listed == []
        seen[name] = [is_denied(wire.call(tool)) for tool in ("delete_note", "get_note", "no_rule")]
    # `*_note` has more literal characters than `get_*`, hence get_note is denied.
    assert seen == {
        "notes": [False, True, False],
        "other": [True, True, True],
        "third": [True, True, False],
    }
