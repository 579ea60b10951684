"""A server over HTTP that wants its clients to log in: guarded.py LOG

It writes each `Authorization` that it gets into LOG, a line each. `Bearer good` may do all but `delete_note`.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOG = open(sys.argv[1], "a", buffering=1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: object = None, **fields: str) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **fields}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def challenge(self, status: int, error: str) -> None:
        place = f"http://127.0.0.1:{self.server.server_port}/.well-known/oauth-protected-resource/mcp"
        self.answer(status, None, WWW_Authenticate=f'Bearer error="{error}", resource_metadata="{place}", scope="notes"')

    def do_GET(self) -> None:
        if self.path == "/.well-known/oauth-protected-resource/mcp":
            here = f"http://127.0.0.1:{self.server.server_port}"
            return self.answer(200, {"resource": f"{here}/mcp", "authorization_servers": [f"{here}/login"], "x": 1.0})
        self.answer(405)

    def do_DELETE(self) -> None:
        self.answer(204)

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        LOG.write(f"{self.headers['Authorization']}\n")
        if self.headers["Authorization"] != "Bearer good":
            return self.challenge(401, "invalid_token")
        if "id" not in message:
            return self.answer(202)
        if message["method"] == "initialize":
            result = {
                "protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": "guarded", "version": "1"},
            }
        elif message["method"] == "tools/call":
            if message["params"]["name"] == "delete_note":
                return self.challenge(403, "insufficient_scope")
            result = {"content": [{"type": "text", "text": "did it"}], "isError": False}
        else:
            result = {}
        self.answer(200, {"jsonrpc": "2.0", "id": message["id"], "result": result})

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
