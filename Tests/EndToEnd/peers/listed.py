"""A server that lists the tools of a file, three a page, and answers every call with its own name.

    listed.py FILE [--page N]

FILE is JSON: an object with `tools`, as in Tests/Fixtures/tools-list.
"""

import argparse
import json
import sys


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--page", type=int, default=3)
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        tools = json.load(file)["tools"]
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        match message["method"]:
            case "initialize":
                answer["result"] = {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "listed", "version": "1"},
                }
            case "tools/list":
                start = int(message.get("params", {}).get("cursor", 0))
                end = start + options.page
                answer["result"] = {"tools": tools[start:end]}
                if end < len(tools):
                    answer["result"]["nextCursor"] = str(end)
            case "tools/call":
                answer["result"] = {"content": [{"type": "text", "text": message["params"]["name"]}]}
            case _:
                answer["error"] = {"code": -32601, "message": "no such method"}
        print(json.dumps(answer), flush=True)
    return 0


sys.exit(main())
