"""Questions to authorities over HTTP (联网查询): time stamps, revocation, missing certificates.

Used by timestamp.py and revocation.py; nothing else of certificates ever asks the network.
"""

from __future__ import annotations

import urllib.request

ANSWER_S = 20
_MOST = 1 << 20


def fetched(url: str, question: bytes | None = None, kind: str = "") -> bytes:
    """Return what an address answers, at most a mebibyte.

    Args:
        url: Of the schemes http and https only.
        question: What to send; None only asks for what is there.
        kind: Media type of the question.

    Raises:
        OSError: Nothing usable answers within 20 seconds.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise OSError(f"not an address of the web: {url[:80]}")
    headers = {"Content-Type": kind} if kind else {}
    request = urllib.request.Request(url, question, headers)  # noqa: S310 - the scheme was looked at
    with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
        return bytes(answer.read(_MOST))
