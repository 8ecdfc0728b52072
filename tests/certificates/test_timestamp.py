"""Time stamps: a real authority's answer ends up in the signature, pyHanko finds it sound; anything else stops the signing."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from scheduler.certificates.signature import signer_of
from scheduler.certificates.signed_file import file_signature
from scheduler.certificates.timestamp import TimedSeal
from scheduler.errors import SealFailed
from scheduler.press.stamp import Finish, Stamper
from tests.certificates.issued import a_desk
from tests.certificates.people import CENTRE, a_face, a_photo

MOMENT = datetime(2026, 6, 18, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority():
    """A time-stamp authority of pyHanko's: its certificate, and what answers a request."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Time")])
    own = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(7)
        .not_valid_before(MOMENT - timedelta(days=9))
        .not_valid_after(MOMENT + timedelta(days=999))
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate = asn1_x509.Certificate.load(own.public_bytes(Encoding.DER))
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(
        certificate, asn1_keys.PrivateKeyInfo.load(private), SimpleCertificateStore(), fixed_dt=MOMENT
    )
    return certificate, stamper.request_tsa_response


@pytest.fixture
def serve():
    """Serve whatever is given as the authority's answer; return its address."""
    servers = []

    def started(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                assert self.headers["Content-Type"] == "application/timestamp-query"
                content = answer(tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def desk():
    return a_desk(CENTRE.name)


def test_the_stamp_of_a_file_is_sound(authority, serve, desk, press, issuer):
    certificate, answer = authority
    url = serve(lambda asked: answer(asked).dump())
    face = a_face()
    data = issuer.paper(face, photo=a_photo())
    finish = Finish(TimedSeal(desk.seal, url), desk.name, "20260618093000+08'00'")
    pdf = Stamper(press).print(f"certificates/{face.template}", data, finish).pdf
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [certificate, asn1_x509.Certificate.load(desk.der)]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, moment=MOMENT))
    assert (status.bottom_line, status.coverage.name) == (True, "ENTIRE_FILE")
    assert (status.timestamp_validity.valid, status.timestamp_validity.timestamp) == (True, MOMENT)
    assert signer_of(pdf) == desk.der
    assert file_signature(pdf).is_whole


def other_nonce(answer):
    def answered(asked):
        asked["nonce"] = asked["nonce"].native + 1
        return answer(tsp.TimeStampReq.load(asked.dump(force=True))).dump()

    return answered


def other_digest(answer):
    def answered(asked):
        asked["message_imprint"]["hashed_message"] = bytes(32)
        return answer(tsp.TimeStampReq.load(asked.dump(force=True))).dump()

    return answered


def refusal(_):
    return lambda _: tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()


@pytest.mark.parametrize("wrong", [other_nonce, other_digest, refusal, lambda _: lambda _: b"no stamp"])
def test_any_other_answer_stops_the_signing(wrong, authority, serve, desk):
    with pytest.raises(SealFailed) as stop:
        TimedSeal(desk.seal, serve(wrong(authority[1]))).message(bytes(32))
    assert [finding.rule for finding in stop.value.findings] == ["tsa"]


def test_an_authority_that_is_not_there_stops_the_signing(desk):
    with pytest.raises(SealFailed, match="时间戳"):
        TimedSeal(desk.seal, "http://127.0.0.1:9/").message(bytes(32))
