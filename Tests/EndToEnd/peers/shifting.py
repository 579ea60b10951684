"""A server of both eras that tells of its tools what a file says at the moment; the file is its first argument."""

import json
import sys
from typing import Any

META = "io.modelcontextprotocol/"


def answer(method: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
    with open(sys.argv[1], encoding="utf-8") as file:
        said = json.load(file)
    if method == "initialize":
        answer = {
            "protocolVersion": parameters.get("protocolVersion", "2025-11-25"),
            "capabilities": {"tools": {"listChanged": True}},
            "serverInfo": {"name": "shifting", "version": "1"},
        }
        return {**answer, "instructions": said["instructions"]} if "instructions" in said else answer
    if method == "server/discover":
        return {
            "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {}},
            **({"instructions": said["instructions"]} if "instructions" in said else {}),
        }
    if method == "tools/list":
        pages = said.get("pages", [said.get("tools", [])])
        place = int(parameters.get("cursor", 0))
        more = {"nextCursor": str(place + 1)} if place + 1 < len(pages) else {}
        return {"tools": pages[place], **more}
    if method == "tools/call":
        text = f"{parameters['name']} was called"
        return {"content": [{"type": "text", "text": text}], "isError": False}
    return {} if method == "ping" else None


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message or "method" not in message:
        continue
    parameters = message.get("params") or {}
    result = answer(message["method"], parameters)
    reply: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
    if result is None:
        reply["error"] = {"code": -32601, "message": "unknown method"}
    else:
        if META + "protocolVersion" in parameters.get("_meta", {}):
            result["resultType"] = "complete"
            if message["method"] in ("tools/list", "server/discover"):
                result |= {"ttlMs": 60000, "cacheScope": "public"}
        reply["result"] = result
    print(json.dumps(reply), flush=True)
