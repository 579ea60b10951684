"""FastMCP's proxy before a server over pipes: `fastmcp-proxy.py COMMAND...`, or over HTTP both ways: `URL PORT`"""

import sys

from fastmcp.client.transports import StdioTransport
from fastmcp.server import create_proxy

if sys.argv[1].startswith("http://"):
    create_proxy(sys.argv[1]).run(
        transport="http", host="127.0.0.1", port=int(sys.argv[2]), show_banner=False, log_level="error"
    )
else:
    create_proxy(StdioTransport(sys.argv[1], sys.argv[2:])).run(show_banner=False)
