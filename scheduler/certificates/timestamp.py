"""Time stamps on signatures (时间戳): PAdES baseline B-T, by an authority that answers RFC 3161 over HTTP.

Used by the office where ``tsa_url`` is set. The stamp says that the signature was there at that moment, so a certificate stays
provable after its signing key has expired. Each file asks the authority once.
"""

from __future__ import annotations

import secrets
import urllib.error
import urllib.request
from hashlib import sha256

from asn1crypto import algos, cms, tsp

from scheduler.certificates.signing import Seal
from scheduler.errors import Finding, SealFailed, Text, Where

ROOM = 12_288
"""Bytes set aside for a time stamp with the certificates of its authority."""
ANSWER_S = 20
_MOST = 1 << 20


class TimedSeal:
    """A seal whose signatures are stamped with the time."""

    def __init__(self, seal: Seal, url: str) -> None:
        """Open a seal over another.

        Args:
            seal: Signs.
            url: Address of the authority.
        """
        self._seal, self._url = seal, url

    @property
    def size(self) -> int:
        """Return the length of every message, bytes; what a stamp leaves over is filled with zeros."""
        return self._seal.size + ROOM

    def message(self, digest: bytes) -> bytes:
        """Return the signed message over the SHA-256 digest of a file, with the time stamp of its signature.

        Raises:
            SealFailed: The authority does not answer, refuses, or stamps something else.
        """
        signed = cms.ContentInfo.load(self._seal.message(digest))
        signer = signed["content"]["signer_infos"][0]
        token = self._token(signer["signature"].native)
        signer["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})]
        )
        whole: bytes = signed.dump(force=True)
        if len(whole) > self.size:
            raise self._refused("the stamp is too large", f"{len(whole)} bytes")
        return whole.ljust(self.size, b"\0")

    def _token(self, signature: bytes) -> cms.ContentInfo:
        """Return the stamp of a signature. Source: RFC 3161, 2.4."""
        digest, nonce = sha256(signature).digest(), secrets.randbits(63)
        imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
        asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
        try:
            answer = tsp.TimeStampResp.load(self._answer(asked.dump()))
            status = answer["status"]["status"].native
            token = answer["time_stamp_token"]
            said = token["content"]["encap_content_info"]["content"].parsed if token.native else None
        except (ValueError, TypeError, KeyError) as fault:
            raise self._refused("the answer cannot be read", str(fault)[:120]) from fault
        if status not in {"granted", "granted_with_mods"} or said is None:
            raise self._refused("the authority refuses", str(status))
        if said["message_imprint"]["hashed_message"].native != digest or said["nonce"].native != nonce:
            raise self._refused("the authority has stamped something else", "")
        return token

    def _answer(self, asked: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            self._url, asked, {"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
                return bytes(answer.read(_MOST))
        except (urllib.error.URLError, OSError) as fault:
            raise self._refused("the authority does not answer", str(fault)[:120]) from fault

    def _refused(self, why: str, said: str) -> SealFailed:
        what = Text("时间戳服务没有给出可用的时间戳", f"no time stamp: {why}")
        hint = Text("检查 tsa_url 和网络；已发证书不受影响", "check tsa_url and the network; what was issued stands")
        return SealFailed(what, [Finding("tsa", what, Where(subject=self._url), said=said or None, hint=hint)])
