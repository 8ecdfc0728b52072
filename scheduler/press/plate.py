"""A plate (印版): a compiled template as the bytes that all its files share, and the numbers of what each file adds.

Used by stamp.py. pikepdf takes the drawn file apart once; whatever differs is left out and written by each file itself.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf, Stream

from scheduler.press.compiled import Compiled, Frame
from scheduler.press.sheet import Shared

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_FREE = b"0000000000 65535 f\r\n"
_OWN = Name.StampedPart
CONTENT, FONTS, METADATA, INFO, SIGNATURE, ATTACHED = "content", "fonts", "metadata", "info", "signature", "attached"
STORE = "store"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with each paper."""

    name: str
    kind: str
    """Media type."""
    description: str


@dataclass(frozen=True, slots=True)
class Plate:
    """A template ready for stamping."""

    compiled: Compiled
    shared: Shared
    numbers: Mapping[str, int]
    """Numbers of the objects each file writes: ``content``, ``fonts``, ``metadata``, ``info`` and the pictures."""
    fonts: bytes
    """Entries of the page's fonts that draw what is shared."""
    metadata: bytes
    """XMP packet with the title of the dummy."""
    info: bytes
    """Entries of the document information but the title."""


def plate(
    drawn: Compiled, *, signed: bool = False, attached: Attachment | None = None, with_store: bool = False
) -> Plate:
    """Return a compiled template as a plate.

    Args:
        drawn: The template.
        signed: Whether each file is signed, so that nothing may be changed in it afterwards.
        attached: What each file carries with it.
        with_store: Whether each file holds what later verifiers of its signature need.
    """
    with pikepdf.open(io.BytesIO(drawn.pdf)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes()
        _take_out(pdf, [piece for piece in drawn.pieces if isinstance(piece, Frame)])
        if signed:
            _make_signable(pdf)
        if attached is not None:
            _attach(pdf, attached)
        if with_store:
            _make_lasting(pdf)
        rest = io.BytesIO()
        pdf.save(rest, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False,
                 stream_decode_level=pikepdf.StreamDecodeLevel.none, fix_metadata_version=False)  # fmt: skip
    with pikepdf.open(rest) as pdf:
        return _plate(drawn, pdf, metadata)


def _mark(pdf: Pdf, part: str, **entries: Object) -> Object:
    return pdf.make_indirect(Dictionary({str(_OWN): part, **entries}))


def _make_signable(pdf: Pdf) -> None:
    """Add a field for a certification signature that allows no change (DocMDP 1), without a place on the page."""
    signature, page = _mark(pdf, SIGNATURE), pdf.pages[0]
    field = pdf.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Signature1", V=signature, F=132, P=page.obj,
        Rect=[0, 0, 0, 0],
    ))  # fmt: skip
    page.Annots = [field]
    pdf.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)
    pdf.Root.Perms = Dictionary(DocMDP=signature)


def _make_lasting(pdf: Pdf) -> None:
    """Add a document security store. Source: ETSI EN 319 142-1, 5.4.2 and the extension it asks PDF 1.7 to name."""
    pdf.Root.DSS = _mark(pdf, STORE)
    pdf.Root.Extensions = Dictionary(ESIC=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=1))


def _attach(pdf: Pdf, attached: Attachment) -> None:
    """Add an associated file (ISO 19005-3, 6.8)."""
    file = _mark(pdf, ATTACHED)
    described = pdf.make_indirect(Dictionary(
        Type=Name.Filespec, F=attached.name, UF=attached.name, Desc=attached.description, AFRelationship=Name.Data,
        EF=Dictionary(F=file, UF=file),
    ))  # fmt: skip
    pdf.Root.AF = [described]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=[attached.name, described]))


def _take_out(pdf: Pdf, frames: list[Frame]) -> None:
    """Put a mark in the place of everything that each file writes itself."""
    page = pdf.pages[0]
    page.Contents = _mark(pdf, CONTENT)
    page.Resources.Font = _mark(pdf, FONTS, **dict(page.Resources.Font.items()))
    for frame in frames:
        page.Resources.XObject[Name("/" + frame.name)] = _mark(pdf, frame.key)
    pdf.Root.Metadata = _mark(pdf, METADATA)
    entries = {key: value for key, value in pdf.docinfo.items() if key != "/Title"}
    pdf.trailer.Info = _mark(pdf, INFO, **entries)


def _plate(drawn: Compiled, pdf: Pdf, metadata: bytes) -> Plate:
    body, table, numbers = [_HEADER], [_FREE], {}
    entries: dict[str, bytes] = {}
    at = len(_HEADER)
    for number in range(1, len(pdf.objects) + 1):
        thing = pdf.get_object((number, 0))
        if isinstance(thing, Dictionary) and _OWN in thing:
            part = str(thing[_OWN])
            numbers[part] = number
            kept = (b"%s %s" % (key.encode(), value.unparse()) for key, value in thing.items() if key != str(_OWN))
            entries[part] = b" ".join(kept)
            table.append(_FREE)
            continue
        table.append(b"%010d 00000 n\r\n" % at)
        whole = b"%d 0 obj\n%s\nendobj\n" % (number, written(thing))
        body.append(whole)
        at += len(whole)
    shared = Shared(b"".join(body), tuple(table), pdf.Root.objgen[0])
    return Plate(drawn, shared, numbers, entries[FONTS], metadata, entries[INFO])


def written(thing: Object) -> bytes:
    """Return an object as it stands in a file."""
    if isinstance(thing, Stream):
        return b"%s\nstream\n%s\r\nendstream" % (thing.stream_dict.unparse(), thing.read_raw_bytes())
    return thing.unparse(resolved=True)
