"""A time stamp authority (RFC 3161) over HTTP on this machine, for tests.

It stamps as a real one does, by pyHanko's own signer of stamps; or does what authorities do on a
bad day. It counts what it was asked.
"""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

REPLY = "application/timestamp-reply"


def _stamper():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time of Tests")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        keys.PrivateKeyInfo.load(plain),
    )


class Authority(ThreadingHTTPServer):
    """``mood``: granted, or error, page, garbage, refused, forged (a stamp of something else), no
    nonce of ours."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stamper = _stamper()
        self.mood = "granted"
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_port}/tsa"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        query = tsp.TimeStampReq.load(body)
        self.server.asked.append(self.headers["Content-Type"])
        status, kind, content = getattr(self, f"_{self.server.mood}")(query)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass

    def _granted(self, query):
        return 200, REPLY, self.server.stamper.request_tsa_response(query).dump()

    def _forged(self, query):
        other = query.copy()
        other["message_imprint"]["hashed_message"] = b"\x01" * 32
        return self._granted(other)

    def _replayed(self, query):
        other = query.copy()
        other["nonce"] = 285
        return self._granted(other)

    def _refused(self, _query):
        status = tsp.PKIStatusInfo({"status": tsp.PKIStatus("rejection")})
        return 200, REPLY, tsp.TimeStampResp({"status": status}).dump()

    def _error(self, _query):
        return 503, "text/plain", b"busy"

    def _page(self, _query):
        return 200, "text/html", b"<html>Welcome</html>"

    def _garbage(self, _query):
        return 200, REPLY, b"\x00garbage"


@contextmanager
def authority():
    """An authority that answers until the end of the block."""
    server = Authority()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
