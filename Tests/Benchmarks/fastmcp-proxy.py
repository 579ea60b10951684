"""FastMCP's proxy before a server over pipes: `fastmcp-proxy.py COMMAND...`"""

import sys

from fastmcp.client.transports import StdioTransport
from fastmcp.server import create_proxy

create_proxy(StdioTransport(sys.argv[1], sys.argv[2:])).run(show_banner=False)
