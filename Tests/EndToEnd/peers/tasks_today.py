"""A server of the stateless era with the extension for tasks, which no SDK has yet: its one task asks before it is done."""

import json
import sys

ASKED = {"q": {"method": "elicitation/create", "params": {"mode": "form", "message": "May I?", "requestedSchema": {}}}}
TASK = {"taskId": "t", "createdAt": "2026-01-01T00:00:00Z", "lastUpdatedAt": "2026-01-01T00:00:00Z", "ttlMs": None}
said = None

for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    method, params = message["method"], message["params"]
    if method == "tools/call":
        result = {**TASK, "resultType": "task", "status": "working"}
    elif method == "tasks/update":
        said = params["inputResponses"]["q"]["action"]
        result = {"resultType": "complete"}
    elif said is None:
        result = {**TASK, "resultType": "complete", "status": "input_required", "inputRequests": ASKED}
    else:
        content = [{"type": "text", "text": said}]
        result = {**TASK, "resultType": "complete", "status": "completed", "result": {"content": content}}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
