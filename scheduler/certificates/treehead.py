"""Signatures of tree heads (树头签名): anybody with the public key can tell that the ledger once held what a head says.

Used by the office on every manifest. The signed message is plain text, five lines, so that it can be checked by other tools.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scheduler.certificates.code import key_id
from scheduler.domain.heads import TreeHead
from scheduler.errors import Text

_TITLE = "joint-exam-scheduler tree head 1"


def signed_head(head: TreeHead, key: Ed25519PrivateKey) -> TreeHead:
    """Return a head with its key's id and signature."""
    named = replace(head, key_id=key_id(key.public_key()).hex(), signature="")
    return replace(named, signature=key.sign(_message(named)).hex())


def head_fault(head: TreeHead, find_key: Callable[[bytes], Ed25519PublicKey | None]) -> Text | None:
    """Return what is wrong with a head's signature; None where a trusted key signed it.

    Args:
        find_key: Returns a trusted key by its id, None where it is not trusted.
    """
    if not head.signature:
        return Text("树头没有签名", "the tree head is not signed")
    try:
        key = find_key(bytes.fromhex(head.key_id))
        if key is None:
            return Text("签名密钥不是本机构的", "it was signed by a key that is not the office's")
        key.verify(bytes.fromhex(head.signature), _message(head))
    except (ValueError, InvalidSignature):
        return Text("树头的签名不符", "the signature of the tree head does not fit")
    return None


def _message(head: TreeHead) -> bytes:
    return "\n".join((_TITLE, str(head.size), head.root, head.at, head.content, "")).encode()
