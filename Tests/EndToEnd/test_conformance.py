"""Every scenario of the public conformance suite, with clients and servers of every SDK: what a client sees through the
gate is what it sees without it."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from names import HTTP_ONLY, OLDER, PUBLIC, TODAY
from scenarios import SCENARIOS

from conftest import ENVIRONMENTS
from rig.approvals import Approving
from rig.conformance import CLIENTS, SERVERS, Pairs, Seen, is_modern
from rig.gatehouse import Gatehouse
from rig.over_http import Front

#: What an SDK's server cannot do, with any client. Everything else must be seen to work.
CANNOT: dict[str, dict[str, str]] = {
    "fastmcp": {
        "resources-subscribe": "FastMCP's servers have no subscriptions",
        "resources-unsubscribe": "FastMCP's servers have no subscriptions",
        "subscriptions-listen": "FastMCP's servers have no subscriptions",
        "tools-call-refused": "FastMCP makes results of a tool's protocol errors",
        "elicitation-url-required": "FastMCP makes results of a tool's protocol errors",
        "tools-call-structured-list": "FastMCP's tools have structured content that is an object",
        "tasks-call": "the SDK of today has no tasks of the older era",
    },
    "today": {"tasks-call": "the SDK of today has no tasks of the older era"},
}
#: Scenarios of one era only, beside those of which names.py tells it.
OF_ONE_ERA = {
    OLDER: {"elicitation-url", "roots-list", "ping-from-the-server", "elicitation-declined", "announced-changes", "tasks-call", "questions-at-once"},
    TODAY: {
        "wrong-version", "subscriptions-listen", "tools-call-structured-list", "input-required-result-without-end",
        "input-required-result-without-requests",
    },
}


@pytest.fixture(scope="module")
def pairs(make_gatehouse: Callable[[], Gatehouse], tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    return Pairs(make_gatehouse(), ENVIRONMENTS, tmp_path_factory.mktemp("pairs"))


def era(server: str, client: str) -> str:
    return TODAY if is_modern(server, client) else OLDER


# MARK: What must differ


def without_chance(value: Any) -> Any:
    """A record in which what every run makes anew is named, not told."""
    made_anew = {
        "requestState": "servers seal it with a random number",
        "taskId": "servers draw it",
        "createdAt": "a time",
        "lastUpdatedAt": "a time",
        "io.modelcontextprotocol/related-task": "has the id of a task",
    }
    if isinstance(value, dict):
        return {key: f"({key})" if key in made_anew else without_chance(one) for key, one in value.items()}
    return [without_chance(one) for one in value] if isinstance(value, list) else value


def as_gated(record: Any, modern: bool) -> Any:
    """What was seen without the gate, with the edits that the gate is documented to make.

    - `tools.listChanged` is promised in the answer to `initialize`: another policy may hide or show tools.
    - A list of tools may be kept for no time and by nobody else, in the stateless era: likewise.
    - A version that is not known here is refused by the gate itself, with the code and the data of the servers.
    - What a server still answers to a call that was given up is dropped; the older SDK complains of such answers.
    """
    record = copy.deepcopy(record)
    if isinstance(record, list):
        return [as_gated(one, modern) for one in record]
    if not isinstance(record, dict):
        return record
    if isinstance(record.get("capabilities"), dict) and "tools" in record["capabilities"] and not modern:
        record["capabilities"]["tools"]["listChanged"] = True
    elif isinstance(record.get("tools"), list) and modern:
        record.update({"ttlMs": 0, "cacheScope": "private"})
    elif record.get("code") == -32022:
        known = "`2024-11-05`, `2025-03-26`, `2025-06-18`, `2025-11-25`, `2026-07-28`"
        version = record["data"]["requested"]
        if version == "1999-01-01":
            record["message"] = f"[gatehouse] refused: protocol version `{version}` is not known here; known are {known}"
    elif "messages" in record:
        record["messages"] = [one for one in record["messages"] if "Request cancelled" not in str(one)]
    return {key: as_gated(one, modern) for key, one in record.items()}


# MARK: The scenarios

GROUPS = {
    "p3": "tools-call-refused many-at-once progress-under-load completion-complete logging-set-level",
    "p22": "server-initialize",
    "p23": """
        tools-call-sampling tools-call-elicitation elicitation-sep1034-defaults elicitation-sep1330-enums
        elicitation-url elicitation-url-required elicitation-declined roots-list roots-list-changed questions-at-once
    """,
    "p24": "ping ping-from-the-server",
    "p25": "cancellation cancellation-under-load",
    "p31": "tasks-call",
    "p34": "wrong-version",
    "p36": "input-required-result-result-type input-required-result-unsupported-methods",
    "p37": """
        input-required-result-basic-elicitation input-required-result-basic-sampling
        input-required-result-basic-list-roots input-required-result-multiple-input-requests
        input-required-result-multi-round input-required-result-missing-input-response
        input-required-result-non-tool-request input-required-result-capability-check
        input-required-result-ignore-extra-params input-required-result-validate-input
        input-required-result-without-end
    """,
    "p38": "input-required-result-request-state input-required-result-without-requests input-required-result-tampered-state",
    "p39": "subscriptions-listen",
    "p43": "caching",
    "p46": "server-stateless",
    "p47": "tools-list resources-list prompts-list pagination",
    "p53": "hidden-text every-plane",
    "p55": """
        tools-call-simple-text tools-call-image tools-call-audio tools-call-embedded-resource tools-call-resource-link
        tools-call-mixed-content tools-call-structured tools-call-structured-list tools-call-error tools-call-with-logging
        tools-call-with-progress json-schema-2020-12 resources-read-text resources-read-binary
        resources-templates-read sep-2164-resource-not-found prompts-get-simple prompts-get-with-args
        prompts-get-embedded-resource prompts-get-with-image
    """,
    "p56": "announced-changes resources-subscribe resources-unsubscribe",
}


def played(group: str) -> Callable[[Any], Any]:
    """Makes a test of each scenario of a group, with each server and each client."""

    def decorate(test: Any) -> Any:
        test = pytest.mark.parametrize("client", CLIENTS)(test)
        test = pytest.mark.parametrize("server", SERVERS)(test)
        return pytest.mark.parametrize("scenario", GROUPS[group].split())(test)

    return decorate


def compare(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    direct = pairs.seen(server, client, gated=False)
    gated = pairs.seen(server, client, gated=True)
    compare_seen(scenario, direct, gated, is_modern(server, client))


def compare_seen(scenario: str, direct: Seen, gated: Seen, modern: bool) -> None:
    assert "connection" not in direct, direct["connection"]
    assert "connection" not in gated, gated["connection"]
    expected = as_gated(without_chance(direct[scenario]), modern)
    assert "failed" not in expected, expected["failed"]
    assert without_chance(gated[scenario]) == expected


@played("p3")
def test_p3_every_request_gets_the_same_answer(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p22")
def test_p22_the_handshake_is_the_server_s(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p23")
def test_p23_a_server_asks_its_client(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p24")
def test_p24_both_sides_answer_a_ping(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p25")
def test_p25_a_call_that_is_given_up_ends_in_the_server(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p31")
def test_p31_tasks_of_the_older_era(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("server", SERVERS)
def test_p35_the_gate_leaves_the_era_to_client_and_server(server: str, client: str, pairs: Pairs) -> None:
    for gated in (False, True):
        introduction = pairs.seen(server, client, gated)["server-initialize"]["outcome"][0]
        assert introduction["version"] == era(server, client)


@played("p34")
def test_p34_a_wrong_version_is_refused_with_those_that_are_known(
    scenario: str, server: str, client: str, pairs: Pairs
) -> None:
    compare(scenario, server, client, pairs)


@played("p36")
def test_p36_results_say_what_they_are(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p37")
def test_p37_a_result_that_asks_for_more(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p38")
def test_p38_a_server_s_state_comes_back_untouched(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p39")
def test_p39_subscriptions_of_the_stateless_era(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p43")
def test_p43_only_lists_of_tools_may_not_be_kept(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p46")
def test_p46_unknown_members_and_methods_pass(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p47")
def test_p44_p47_every_page_keeps_its_order_and_its_cursor(
    scenario: str, server: str, client: str, pairs: Pairs
) -> None:
    compare(scenario, server, client, pairs)


@played("p53")
def test_p53_no_letter_is_taken_out(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p55")
def test_p55_results_of_every_kind_pass_unchanged(scenario: str, server: str, client: str, pairs: Pairs) -> None:
    compare(scenario, server, client, pairs)


@played("p56")
def test_p56_what_a_server_says_by_itself_reaches_its_client(
    scenario: str, server: str, client: str, pairs: Pairs
) -> None:
    compare(scenario, server, client, pairs)


def test_p3_a_policy_that_only_observes_changes_nothing(gatehouse: Gatehouse, pairs: Pairs, tmp_path: Path) -> None:
    limit = [{"window": "hour", "max": 0}]
    gatehouse.set_policy(
        {
            "version": "1",
            "mode": "observe",
            "default": "deny",
            "hide": ["test_s*"],
            "all_tools": {"limits": limit},
            "server_requests": {"*": {"action": "deny"}},
        }
    )
    played = Pairs(gatehouse, ENVIRONMENTS, tmp_path).play("today", "today", [("auto", True), ("legacy", True)])
    for client, observed in zip(("today", "today-legacy"), played, strict=True):
        direct = pairs.seen("today", client, gated=False)
        for scenario in SCENARIOS:
            compare_seen(scenario, direct, observed, is_modern("today", client))


WAITING = "waiting for approval"


def without_waiting(record: Any) -> tuple[Any, int]:
    """A record without what the gate tells of a call that waits, and how often it told that."""
    if isinstance(record, dict):
        parts = {key: without_waiting(one) for key, one in record.items()}
        return {key: one for key, (one, _) in parts.items()}, sum(count for _, count in parts.values())
    if not isinstance(record, list):
        return record, 0
    kept = [without_waiting(one) for one in record if not is_waiting(one)]
    return [one for one, _ in kept], len(record) - len(kept) + sum(count for _, count in kept)


def is_waiting(progress: Any) -> bool:
    """Whether it is progress of the gate's, perhaps written down as JSON."""
    if isinstance(progress, str) and progress.startswith("["):
        progress = json.loads(progress)
    return isinstance(progress, list) and progress[-1:] == [WAITING]


@pytest.mark.parametrize("sdk", SERVERS)
def test_p61_a_person_who_approves_everything_changes_nothing(
    gatehouse: Gatehouse, pairs: Pairs, tmp_path: Path, sdk: str
) -> None:
    # What its client gives up after 0.2 s may not have been approved by then.
    policy = {"version": "1", "default": "require_approval", "tools": {"test_endless": {}}}
    if sdk != "older":
        # A subscription of the stateless era to what a person would be asked about is denied.
        policy["resources"] = {"test://watched": {}}
    gatehouse.set_policy(policy)
    gatehouse.serve()
    clients = [name for name, (program, _) in CLIENTS.items() if program == sdk]
    with Approving(gatehouse) as approving:
        played = Pairs(gatehouse, ENVIRONMENTS, tmp_path).play(sdk, sdk, [(CLIENTS[name][1], True) for name in clients])
    assert len(approving.asked) > 300 and approving.refusals == []
    # Who sent a token with a call is told that it waits; nobody else is told anything.
    told = {"tools-call-with-progress": 1, "progress-under-load": 20}
    for client, seen in zip(clients, played, strict=True):
        assert "connection" not in seen, seen["connection"]
        for scenario in SCENARIOS:
            direct = pairs.seen(sdk, client, gated=False)
            seen[scenario], count = without_waiting(seen[scenario])
            assert count == told.get(scenario, 0), (client, scenario)
            if count:
                # It counts what it hears.
                seen[scenario]["exercised"] = direct[scenario]["exercised"]
            compare_seen(scenario, direct, seen, is_modern(sdk, client))


# MARK: That they prove something


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("server", SERVERS)
def test_every_scenario_shows_what_it_is_about(server: str, client: str, pairs: Pairs) -> None:
    ours, other = (era(server, client), OLDER if era(server, client) == TODAY else TODAY)
    foreign = ({*PUBLIC[other], *OF_ONE_ERA[other]}) - {*PUBLIC[ours]}
    cannot = {*CANNOT.get(server, {}), *(["tasks-call"] if client != "older" else [])}
    silent = {name for name, record in pairs.seen(server, client, gated=True).items() if not record["exercised"]}
    if ours == TODAY:
        # The SDKs send log messages in both eras, though the public suite plays it in the older one only.
        foreign -= {"tools-call-with-logging"}
    assert silent - foreign - cannot == set()


def test_every_scenario_is_compared() -> None:
    assert sorted(name for group in GROUPS.values() for name in group.split()) == sorted(SCENARIOS)


@pytest.mark.parametrize("revision", PUBLIC)
def test_every_name_of_the_public_suite_is_played(revision: str, pairs: Pairs) -> None:
    shown: set[str] = set()
    for server in SERVERS:
        for client in CLIENTS:
            if era(server, client) == revision:
                seen = pairs.seen(server, client, gated=True)
                shown |= {name for name, record in seen.items() if record["exercised"] and record["outcome"]}
    assert set(PUBLIC[revision]) - shown == set()
    assert not set(HTTP_ONLY) & set(SCENARIOS)


# MARK: The same over HTTP


@pytest.fixture(scope="module")
def front(make_gatehouse: Callable[[], Gatehouse]) -> Iterator[Front]:
    ours = Front(make_gatehouse())
    yield ours
    ours.close()


class OverHTTP(Pairs):
    """Clients that reach the gate over HTTP, each at a server of its own."""

    def __init__(self, front: Front, folder: Path) -> None:
        super().__init__(front.gatehouse, ENVIRONMENTS, folder)
        self._front, self._servers = front, 0

    def way(self, gatehouse: Gatehouse, command: list[str], gated: bool) -> dict[str, Any]:
        self._servers += 1
        name = f"server-{self._servers}"
        gatehouse.succeed("servers", "add", name, "--env", "PYTHONHASHSEED=0", "--", *command)
        return {"url": f"{self._front.url}/mcp/{name}"}


@pytest.fixture(scope="module")
def over_http(front: Front, tmp_path_factory: pytest.TempPathFactory) -> OverHTTP:
    return OverHTTP(front, tmp_path_factory.mktemp("over-http"))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("server", SERVERS)
def test_what_a_client_sees_over_http_is_what_it_sees_without_the_gate(
    server: str, client: str, pairs: Pairs, over_http: OverHTTP
) -> None:
    program, mode = CLIENTS[client]
    direct = pairs.seen(server, client, gated=False)
    gated = over_http.play(server, program, [(mode, True)])[0]
    modern = is_modern(server, client)
    assert "connection" not in gated, gated["connection"]
    assert set(gated) == set(direct)
    for scenario in direct:
        # In the stateless era a client that has not asked for changes is told of none over HTTP.
        if modern and scenario == "announced-changes":
            continue
        expected = as_gated(without_chance(direct[scenario]), modern)
        assert without_chance(gated[scenario]) == expected, scenario
