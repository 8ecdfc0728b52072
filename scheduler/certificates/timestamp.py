"""Time stamps on signatures (时间戳): PAdES baseline B-T and B-LT, by an authority that answers RFC 3161 over HTTP.

Used by the office where ``tsa_url`` is set. The stamp says that the signature was there at that moment, so a certificate stays
provable after its signing key has expired. Each file asks the authority once.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from asn1crypto import algos, cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from scheduler.certificates.fetching import fetched
from scheduler.certificates.revocation import Material, material
from scheduler.certificates.signing import Seal
from scheduler.certificates.stamped import refuse_unsound
from scheduler.errors import Finding, SealFailed, Text, Where

ROOM = 12_288
"""Bytes set aside for a time stamp with the certificates of its authority."""
KEPT = timedelta(hours=1)
"""How long material for verifiers is used before it is fetched anew."""
_TRIES = 3
"""Stamps asked for, where an authority stamps with several certificates."""


class TimedSeal:
    """A seal whose signatures are stamped with the time."""

    def __init__(self, seal: Seal, url: str) -> None:
        """Open a seal over another.

        Args:
            seal: Signs.
            url: Address of the authority.
        """
        self._seal, self._url = seal, url
        self._stampers: set[bytes] = set()
        self._material: tuple[Material, datetime] | None = None

    @property
    def size(self) -> int:
        """Return the length of every message, bytes; what a stamp leaves over is filled with zeros."""
        return self._seal.size + ROOM

    def material(self) -> Material:
        """Return what later verifiers need of both chains, the signer's and the authority's; to stand in each file.

        A first stamp, over nothing, tells who the authority is. From then on only stamps of certificates in the material
        are accepted.

        Raises:
            SealFailed: The authority gives no stamp, a certificate is revoked, or nobody says whether it is.
        """
        now = datetime.now(UTC)
        if self._material is None or now >= self._material[1]:
            token = self._token(secrets.token_bytes(32))
            chain = [*self._seal.certificates, *_certificates(token)]
            made = material([x509.load_der_x509_certificate(one.dump()) for one in chain], now)
            self._stampers = {one.dump() for one in chain}
            self._material = made, min(now + KEPT, made.good_until or now + KEPT)
        return self._material[0]

    def message(self, digest: bytes) -> bytes:
        """Return the signed message over the SHA-256 digest of a file, with the time stamp of its signature.

        Raises:
            SealFailed: The authority does not answer, refuses, or stamps something else.
        """
        signed = cms.ContentInfo.load(self._seal.message(digest))
        signer = signed["content"]["signer_infos"][0]
        token = self._known_token(signer["signature"].native)
        signer["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})]
        )
        whole: bytes = signed.dump(force=True)
        if len(whole) > self.size:
            raise self._refused(Text("时间戳过大", "the stamp is too large"), f"{len(whole)} bytes")
        return whole.ljust(self.size, b"\0")

    def _known_token(self, signature: bytes) -> cms.ContentInfo:
        """Return a stamp whose certificates stand in the material, where there is any."""
        for _ in range(_TRIES):
            token = self._token(signature)
            if not self._stampers or {one.dump() for one in _certificates(token)} <= self._stampers:
                return token
        self._material = None
        raise self._refused(Text("每次用不同的证书盖戳", "it stamps with another certificate each time"), "")

    def _token(self, signature: bytes) -> cms.ContentInfo:
        """Return the stamp of a signature. Source: RFC 3161, 2.4."""
        digest, nonce = sha256(signature).digest(), secrets.randbits(63)
        imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
        asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
        try:
            answer = tsp.TimeStampResp.load(fetched(self._url, asked.dump(), "application/timestamp-query"))
            status = answer["status"]["status"].native
            token = answer["time_stamp_token"]
            said = token["content"]["encap_content_info"]["content"].parsed if token.native else None
        except OSError as fault:
            raise self._refused(Text("服务没有应答", "the authority does not answer"), str(fault)[:120]) from fault
        except (ValueError, TypeError, KeyError) as fault:
            raise self._refused(Text("应答无法读取", "the answer cannot be read"), str(fault)[:120]) from fault
        if status not in {"granted", "granted_with_mods"} or said is None:
            raise self._refused(Text("服务拒绝", "the authority refuses"), str(status))
        if said["message_imprint"]["hashed_message"].native != digest or said["nonce"].native != nonce:
            raise self._refused(Text("所盖的不是送去的内容", "the authority has stamped something else"), "")
        try:
            refuse_unsound(token, signature)
        except (ValueError, TypeError, KeyError, AttributeError, InvalidSignature) as fault:
            raise self._refused(Text("时间戳无法验证", "the stamp cannot be verified"), str(fault)[:120]) from fault
        return token

    def _refused(self, why: Text, said: str) -> SealFailed:
        what = Text(f"没有得到可用的时间戳：{why.zh}", f"no time stamp: {why.en}")
        hint = Text("检查 tsa_url 和网络；已发证书不受影响", "check tsa_url and the network; what was issued stands")
        return SealFailed(what, [Finding("tsa", what, Where(subject=self._url), said=said or None, hint=hint)])


def _certificates(token: cms.ContentInfo) -> list[cms.CertificateChoices]:
    """Return the certificates that a stamp brings along."""
    return [choice.chosen for choice in token["content"]["certificates"]]
