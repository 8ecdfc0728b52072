"""Credentials as linked data (关联数据): the canonical statements of a document, which a signature covers (RDFC-1.0).

Used by integrity.py. Words are looked up in the contexts beside this file and nowhere else. Documents of one shape differ in
their texts only, so pyld works a shape out once, with markers for the texts, and each document fills them in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_CONTEXTS = {CREDENTIALS: "credentials-v2.json", OPEN_BADGES: "open-badges-3.0.3.json"}
_FIXED = {"@context", "type", "proofPurpose"}
"""What these say decides which statements there are."""
_MARK = "urn:text:{:04d}"
_MARKS = re.compile(r"urn:text:(\d{4})")
_BLANK = re.compile(r"_:c14n\d+")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"'})

Document = Mapping[str, Any]


class UnknownContext(ValueError):
    """A document names a context, or a word, that is not known here."""


def canonical(document: Document) -> str:
    """Return the canonical statements of a document, one a line, sorted.

    Raises:
        UnknownContext: It names a context that is not kept here, or says something that no context knows, which a signature
            would not cover.
    """
    texts: list[str] = []
    shape = json.dumps(_shape(document, texts), separators=(",", ":"))
    statements = _statements(shape)
    if any("_:" in text for text in texts):  # looks like the label of a node
        return canonical_slowly(document)
    filled = _MARKS.sub(lambda mark: texts[int(mark[1])], statements)
    return _labelled(filled.split("\n")[:-1]) or canonical_slowly(document)


def canonical_slowly(document: Document) -> str:
    """Return the same worked out by pyld from the whole document."""
    from pyld import jsonld  # 0.2 s to load: only who signs or verifies credentials pays for it

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    try:
        found: str = jsonld.normalize(dict(document), options)
    except jsonld.JsonLdError as fault:
        raise UnknownContext(str(fault).splitlines()[0][:200]) from fault
    return found


def context(address: str) -> Document:
    """Return a context by its address; raises UnknownContext where it is not kept here."""
    if address not in _CONTEXTS:
        raise UnknownContext(f"not kept here: {address}")
    return _kept(_CONTEXTS[address])


@lru_cache
def _kept(name: str) -> Document:
    text = files("scheduler.certificates").joinpath("contexts", name).read_text(encoding="utf-8")
    read: Document = json.loads(text)
    return read


def _load(address: str, options: object) -> dict[str, object]:
    del options
    return {
        "contextUrl": None,
        "documentUrl": address,
        "document": context(address),
        "contentType": "application/ld+json",
    }


def _shape(part: Any, texts: list[str], key: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Return a document with a marker for each text, which goes to ``texts`` as a statement writes it."""
    if isinstance(part, str) and key not in _FIXED:
        texts.append(part.translate(_ESCAPES))
        return _MARK.format(len(texts) - 1)
    if isinstance(part, Mapping):
        return {k: value if k in _FIXED else _shape(value, texts, k) for k, value in part.items()}
    if isinstance(part, list | tuple):
        return [_shape(value, texts, key) for value in part]
    return part


@lru_cache(maxsize=256)
def _statements(shape: str) -> str:
    """Return the statements of a shape, markers in place of texts."""
    document = json.loads(shape)
    statements = canonical_slowly(document)
    # pyld drops in silence what no context knows; nobody may believe such a word to be signed.
    lost = set(_leaves(document)) - set(_MARKS.findall(statements))
    if lost:
        raise UnknownContext("the contexts do not know every word of the document")
    return statements


def _leaves(part: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(part, str):
        yield from _MARKS.findall(part)
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _leaves(value)
    elif isinstance(part, list):
        for value in part:
            yield from _leaves(value)


def _labelled(statements: list[str]) -> str:
    """Name nameless nodes in the order of their digests, and sort; empty where two of them look alike.

    Source: RDF Dataset Canonicalization, 4.4.3 and 4.6 (hash first degree quads); nodes that look alike need 4.8.
    """
    about: dict[str, list[str]] = {}
    for statement in statements:
        for node in set(_BLANK.findall(statement)):
            about.setdefault(node, []).append(statement)
    digests = {}
    for node, mentions in about.items():
        seen = sorted(_BLANK.sub("_:z", one.replace(node + " ", "_:a ")) for one in mentions)
        digests[sha256("".join(one + "\n" for one in seen).encode()).hexdigest()] = node
    if len(digests) != len(about):
        return ""
    names = {digests[digest]: f"_:c14n{n}" for n, digest in enumerate(sorted(digests))}
    named = {_BLANK.sub(lambda label: names[label[0]], one) for one in statements}
    return "".join(one + "\n" for one in sorted(named))
