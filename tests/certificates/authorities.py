"""A certificate authority and a time-stamp authority for tests, both real to whoever asks: keys, lists, answers over HTTP."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

DAY = timedelta(days=1)


@contextmanager
def served(answers):
    """Serve answers by path, each bytes or a function of what was sent; a path without one is not found. Yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            answer = answers.get(self.path)
            content = answer(self.rfile.read(int(self.headers["Content-Length"] or 0))) if callable(answer) else answer
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def do_GET(self):
            self.headers["Content-Length"] = "0"
            self.do_POST()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Authority:
    """A root that issues certificates and answers for them at an address."""

    def __init__(self, address, answers):
        self.now = datetime.now(UTC)
        self.address = address
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = _name("Root of Tests")
        self.root = self._signed(self._begun(self.name, self.key.public_key(), ca=True))
        self.revoked: dict[int, datetime] = {}
        answers |= {"/crl": lambda _: self.crl(), "/ocsp": self.ocsp, "/root": self.root.public_bytes(Encoding.DER)}
        self.stamping = rsa.generate_private_key(65537, 2048)
        self.stamper = self.issue("Time of Tests", self.stamping.public_key(), usage="timeStamping", ways=("crl",))
        answers["/tsa"] = self.stamp

    def issue(self, common, public, *, usage="", ways=("crl", "ocsp", "root")):
        """Issue a certificate that says where to ask: for a list, a responder, the issuer."""
        builder = self._begun(_name(common), public, ca=False)
        if usage:
            oid = x509.ExtendedKeyUsageOID.TIME_STAMPING
            builder = builder.add_extension(x509.ExtendedKeyUsage([oid]), critical=True)
        if "crl" in ways:
            point = x509.DistributionPoint([self._at("/crl")], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        oids = {"ocsp": AuthorityInformationAccessOID.OCSP, "root": AuthorityInformationAccessOID.CA_ISSUERS}
        access = [x509.AccessDescription(oid, self._at(f"/{way}")) for way, oid in oids.items() if way in ways]
        if access:
            builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
        return self._signed(builder)

    def crl(self, *, first=None, key=None):
        """Return the list of what is revoked."""
        first = first or self.now
        builder = x509.CertificateRevocationListBuilder(self.name, first, first + 7 * DAY)
        for serial, at in self.revoked.items():
            one = x509.RevokedCertificateBuilder(serial, at).build()
            builder = builder.add_revoked_certificate(one)
        # pyHanko's validator wants the number that RFC 5280 demands.
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, question, *, key=None):
        """Answer whether a certificate is revoked."""
        asked = ocsp.load_der_ocsp_request(question)
        at = self.revoked.get(asked.serial_number)
        status = ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash, asked.issuer_key_hash, asked.serial_number, asked.hash_algorithm, status, self.now,
            self.now + DAY, at, None,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.root)
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def stamp(self, question):
        """Stamp as RFC 3161 says."""
        private = self.stamping.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        stamper = DummyTimeStamper(
            asn1(self.stamper), asn1_keys.PrivateKeyInfo.load(private), SimpleCertificateStore(), fixed_dt=self.now
        )
        return stamper.request_tsa_response(tsp.TimeStampReq.load(question)).dump()

    def _at(self, path):
        return x509.UniformResourceIdentifier(self.address + path)

    def _begun(self, subject, public, *, ca):
        usage = x509.KeyUsage(
            digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            x509.CertificateBuilder(subject_name=subject, issuer_name=self.name, public_key=public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - 9 * DAY)
            .not_valid_after(self.now + 999 * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(usage, critical=True)
        )

    def _signed(self, builder):
        return builder.sign(self.key, hashes.SHA256())


def _name(common):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def asn1(certificate):
    """Return a certificate as pyHanko knows it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
