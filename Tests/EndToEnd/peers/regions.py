"""A server of the stateless era whose tool wants an argument in a field of HTTP, too."""

import json
import sys

TOOL = {
    "name": "query",
    "description": "Reads rows.",
    "inputSchema": {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}},
}

for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    if message["method"] == "tools/list":
        result = {"tools": [TOOL], "ttlMs": 0, "cacheScope": "private"}
    else:
        result = {"content": [{"type": "text", "text": "rows"}], "isError": False}
    answer = {"jsonrpc": "2.0", "id": message["id"], "result": {**result, "resultType": "complete"}}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
