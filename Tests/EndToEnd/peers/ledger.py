"""A server of both eras that writes down what it runs, before it says anything: ledger.py FILE RECORD

The first line is its process; then one JSON object a call: the tool, its arguments, what else came along, and how many
bytes of the gate's record were there. A call with `wait` has no answer.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

MODERN = "2026-07-28"
INFO = {"name": "ledger", "version": "1"}


def tools() -> list[dict[str, Any]]:
    return [{"name": name, "inputSchema": {"type": "object"}} for name in os.environ["LEDGER_TOOLS"].split()]


def recorded(folder: Path) -> dict[str, int]:
    """How long each file of the record is."""
    return {path.name: path.stat().st_size for path in folder.iterdir()} if folder.exists() else {}


def result(method: str, parameters: dict[str, Any], modern: bool) -> dict[str, Any] | None:
    """The result of a request; None if there is no such method."""
    kept = {"ttlMs": 0, "cacheScope": "private"} if modern else {}
    if method == "initialize":
        return {"protocolVersion": parameters["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": INFO}
    if method == "server/discover" and modern:
        return {"supportedVersions": [MODERN], "capabilities": {"tools": {}}, "serverInfo": INFO, **kept}
    if method == "tools/list":
        return {"tools": tools(), **kept}
    if method == "tools/call":
        return {"content": [{"type": "text", "text": f"ran {parameters['name']}"}]}
    return {} if method == "ping" else None


def main() -> None:
    book = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(book, b"%d\n" % os.getpid())
    for line in sys.stdin.buffer:
        message = json.loads(line)
        method, parameters = message.get("method"), message.get("params") or {}
        if method == "tools/call":
            others = sorted(parameters.keys() - {"name", "arguments", "_meta"})
            entry = {
                "tool": parameters["name"], "arguments": parameters.get("arguments"), "others": others,
                "record": recorded(Path(sys.argv[2])),
            }
            os.write(book, json.dumps(entry).encode() + b"\n")
            if (parameters.get("arguments") or {}).get("wait"):
                continue
        if "id" not in message or method is None:
            continue
        modern = "io.modelcontextprotocol/protocolVersion" in parameters.get("_meta", {})
        done = result(method, parameters, modern)
        answer: dict[str, Any] = {"error": {"code": -32601, "message": "Method not found"}}
        if done is not None:
            answer = {"result": {"resultType": "complete", **done} if modern else done}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
