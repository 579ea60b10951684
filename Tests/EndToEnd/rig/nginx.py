"""nginx with a certificate of a test's own, in front of a server over HTTP."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from .waiting import eventually

CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


class TLSProxy:
    """Speaks TLS on a port of 127.0.0.1 for what listens on another."""

    def __init__(self, folder: Path, upstream: int, names: str = "DNS:localhost,IP:127.0.0.1") -> None:
        self.authority = folder / "authority.pem"
        self._make_certificates(folder, names)
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        configuration = folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=self.port, upstream=upstream))
        program = os.environ.get("GATEHOUSE_NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        assert program, "there is no nginx; .ci/setup test gets it"
        self.process = subprocess.Popen([program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration)])

        def listens() -> bool:
            assert self.process.poll() is None, (folder / "error.log").read_text()
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", self.port)) == 0

        eventually(listens, 20, "nginx does not listen")

    @staticmethod
    def _make_certificates(folder: Path, names: str) -> None:
        def openssl(*words: str) -> None:
            subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", "authority.key", "-out", "authority.pem", "-days", "2", "-subj", "/CN=Tests")
        openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
        (folder / "names").write_text(f"subjectAltName={names}\n")
        openssl(
            "x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "2", "-extfile", "names",
        )

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
