"""What goes over the wire, byte by byte: what is kept, what is refused, and that there is only one reading."""

import json
from pathlib import Path

import pytest

from rig.gatehouse import Gatehouse
from rig.wire import PLAIN, Wire, plain, refusal


@pytest.fixture
def arrived(tmp_path: Path) -> Path:
    """The lines that reach the server."""
    return tmp_path / "arrived"


@pytest.fixture
def notes(gatehouse: Gatehouse, arrived: Path) -> Wire:
    wire = plain(gatehouse, "--log", str(arrived))
    wire.initialize()
    # When this is answered, the server has everything that was sent before.
    wire.ask("ping", id="before")
    return wire


def calls(arrived: Path) -> list[bytes]:
    return [line for line in arrived.read_bytes().splitlines() if b"tools/call" in line]


@pytest.mark.parametrize(
    "literal",
    ["1", "0", "-7", '"1"', '""', '"a b"', "9007199254740993", "18446744073709551616", '"\\u0041\\n"', '"\U0001f600"'],
)
def test_p12_an_answer_has_the_id_as_the_client_wrote_it(notes: Wire, literal: str) -> None:
    notes.send(f'{{"jsonrpc":"2.0","id":{literal},"method":"ping"}}')
    assert f'"id":{literal}'.encode() in notes.line().replace(b'"id": ', b'"id":')


def test_p1_every_value_arrives_as_it_was_written(notes: Wire, arrived: Path) -> None:
    arguments = '{"z":1.0,"a":1E+2,"big":12345678901234567890123,"esc":"\\u0041\\/","deep":[[{}],null,-0]}'
    notes.send(
        '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"get_note","arguments":%s,"_meta":{"x/y":1}}}'
        % arguments
    )
    assert notes.message()["result"]["isError"] is False
    assert arguments.encode() in calls(arrived)[0]
    assert b'"_meta":{"x/y":1}' in calls(arrived)[0]


def test_p10_carriage_returns_between_tokens_do_not_arrive(notes: Wire, arrived: Path) -> None:
    notes.send(b'{"jsonrpc":"2.0",\r"id":5,\r"method":"tools/call","params":{"name":"get_note",\r"arguments":{}}}\r')
    assert notes.message()["id"] == 5
    assert b"\r" not in arrived.read_bytes()


CALL = '{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"get_note","arguments":{}}}'
MALFORMED = {
    "not JSON": ('{"jsonrpc":"2.0","id":5,', -32700),
    "trailing comma": (CALL.replace("{}}}", "{},}}"), -32700),
    "not UTF-8": (CALL.encode().replace(b"get_note", b"get_\xffnote"), -32700),
    "raw control character": (CALL.replace("get_note", "get\tnote"), -32700),
    "NaN": (CALL.replace("{}", '{"n":NaN}'), -32700),
    "too deep": (CALL.replace("{}", '{"n":' + "[" * 5000 + "]" * 5000 + "}"), -32700),
    "a batch": (f"[{CALL}]", -32600),
    "not an object": ("17", -32600),
    "a key twice in the envelope": (CALL.replace('"id":5', '"id":5,"method":"ping"'), -32600),
    "a key twice in the parameters": (CALL.replace('"name":', '"name":"delete_note","name":'), -32600),
    "two keys of arguments that differ in case": (CALL.replace("{}}}", '{"a":1,"A":2}}}'), -32602),
    "a key twice in the arguments": (CALL.replace("{}}}", '{"a":1,"a":2}}}'), -32600),
    "a null id": (CALL.replace('"id":5', '"id":null'), -32600),
    "arguments that are no object": (CALL.replace('"arguments":{}', '"arguments":[]'), -32602),
    "parameters that are no object": ('{"jsonrpc":"2.0","id":5,"method":"tools/call","params":[]}', -32602),
    "no name": (CALL.replace('"name":"get_note",', ""), -32602),
    "a name that is no string": (CALL.replace('"get_note"', "7"), -32602),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_p6_p7_p8_p9_what_is_malformed_is_refused_and_does_not_arrive(notes: Wire, arrived: Path, case: str) -> None:
    line, code = MALFORMED[case]
    before = arrived.read_bytes()
    notes.send(line)
    answer = notes.message()
    # Which of the two codes says that a request is wrong is a matter of taste for a key that is there twice.
    codes = {-32600, -32602} if "twice" in case else {code}
    assert answer["error"]["code"] in codes, answer
    assert "result" not in answer
    assert notes.ask("ping", id="after")["result"] == {}
    assert [line for line in arrived.read_bytes().removeprefix(before).splitlines() if b'"ping"' not in line] == []


def test_p12_a_call_as_a_notification_does_nothing(notes: Wire, arrived: Path) -> None:
    notes.send(CALL.replace('"id":5,', ""))
    assert notes.ask("ping", id="after")["result"] == {}
    assert calls(arrived) == []


def test_p12_a_second_request_with_the_id_of_one_that_waits_is_refused(gatehouse: Gatehouse) -> None:
    # This server answers nothing, so that the first request waits for ever.
    wire = Wire(gatehouse.start("run", "--name", "mute", "--", "sh", "-c", "cat >/dev/null"))
    request = '{"jsonrpc":"2.0","id":5,"method":"ping"}'
    wire.send(request, request)
    answer = wire.message()
    assert (answer["id"], answer["error"]["code"]) == (5, -32600)


def test_p73_noise_between_a_server_s_messages_is_dropped(gatehouse: Gatehouse) -> None:
    wire = plain(gatehouse, "--noise")
    wire.initialize()
    wire.send(CALL)
    assert json.loads(wire.line())["result"]["isError"] is False
    assert wire.finish() == 0


def test_p11_a_name_is_compared_byte_by_byte_after_its_escapes(gatehouse: Gatehouse, arrived: Path) -> None:
    gatehouse.set_policy({"version": "1", "default": "deny", "tools": {"get_note": {}}})
    wire = plain(gatehouse, "--log", str(arrived))
    wire.initialize()
    for name in ("GET_NOTE", "get_note ", "get_n\u043ete"):
        wire.send(CALL.replace("get_note", name))
        assert wire.message()["result"]["isError"] is True
    for name in ("get_note\\u0000", "get_note\\n"):
        wire.send(CALL.replace("get_note", name))
        assert wire.message()["error"]["code"] == -32602
    assert calls(arrived) == []
    wire.send(CALL.replace("get_note", "\\u0067et_note"))
    assert wire.message()["result"]["isError"] is False


def test_p72_a_line_of_many_megabytes_is_refused_and_the_session_goes_on(notes: Wire, arrived: Path) -> None:
    notes.send(CALL.replace("{}", '{"n":"' + "x" * (64 << 20) + '"}'))
    answer = notes.message(30)
    assert "error" in answer, str(answer)[:200]
    assert notes.ask("ping", id="after")["result"] == {}
    assert calls(arrived) == []


def test_p7_a_key_that_a_server_could_take_for_the_policys_is_refused(gatehouse: Gatehouse, arrived: Path) -> None:
    condition = {"path": "args.note", "op": "exists", "value": False}
    rule = {"require": [{"conditions": [condition]}]}
    gatehouse.set_policy({"version": "1", "default": "deny", "tools": {"get_note": rule}})
    wire = plain(gatehouse, "--log", str(arrived))
    wire.initialize()
    wire.send(CALL.replace("{}}}", '{"Note":1}}}'))
    assert wire.message()["error"]["code"] == -32602
    assert calls(arrived) == []
    wire.send(CALL)
    assert wire.message()["result"]["isError"] is False


def test_p7_a_server_is_excused_by_its_registry_entry(gatehouse: Gatehouse, arrived: Path) -> None:
    registry = gatehouse.home / "servers.json"
    entry = {"command": PLAIN[0], "args": [*PLAIN[1:], "--log", str(arrived)]}
    for excused in (False, True):
        registry.write_text(json.dumps({"mcpServers": {"notes": {**entry, "caseSensitiveKeys": excused}}}))
        registry.chmod(0o600)
        wire = Wire(gatehouse.start("connect", "notes"))
        wire.initialize()
        wire.send(CALL.replace("{}}}", '{"a":1,"A":2}}}'))
        assert ("result" in wire.message()) is excused
        assert wire.finish() == 0
    assert len(calls(arrived)) == 1
    assert "caseSensitiveKeys" in gatehouse.succeed("servers", "list")
    assert json.loads(gatehouse.succeed("servers", "list", "--json"))[0]["case_sensitive_keys"] is True


def test_p11_a_denied_name_in_other_dress_is_denied(gatehouse: Gatehouse, arrived: Path) -> None:
    gatehouse.set_policy({"version": "1", "default": "allow", "tools": {"get_note": {"action": "deny"}}})
    wire = plain(gatehouse, "--log", str(arrived))
    wire.initialize()
    for name in ("GET_NOTE", " get_note", "get_note\u00a0", "get\u200b_note", "\uff47et_note"):
        wire.send(CALL.replace("get_note", name))
        assert "could be taken for that of a tool which the policy denies" in refusal(wire.message())
    assert calls(arrived) == []
