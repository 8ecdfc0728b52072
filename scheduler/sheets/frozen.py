"""A workbook as bytes that depend on nothing but what stands in it, so that its digest can be told and made again."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook

_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no zones
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def frozen(book: Workbook) -> bytes:
    """Return a workbook as bytes; the same content gives the same bytes on every machine with the same libraries."""
    book.properties.created = _EPOCH
    book.properties.creator = "scheduler"
    written, out = BytesIO(), BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content)
            plain = zipfile.ZipInfo(info.filename, (2000, 1, 1, 0, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(plain, content)
    return out.getvalue()
