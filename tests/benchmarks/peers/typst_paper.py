"""The same certificate in typst: the placed texts and pictures of our own data, drawn by one compiler that is used again.

What differs reaches it as JSON, photo and code as files. Type sizes, fonts, colours, ground and seal are ours; lines are placed
by its own metrics, so they stand where ours stand to within a pixel or two.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import typst

TEMPLATE = r"""
#let d = json(bytes(sys.inputs.data))
#set document(title: d.document_title, author: d.author)
#set page(width: 297mm, height: 210mm, margin: 0mm, background: image(d.ground, width: 297mm, height: 210mm))
#set text(font: ("Noto Serif CJK SC", "LXGW WenKai"), lang: "zh", region: "cn", fill: rgb("#22262b"))
#set par(leading: 0.55em, justify: false)
#let fills = (
  title: "#a3151a", title_en: "#8a6d2f", label: "#6a5520", label_en: "#84692a", statement_en: "#5c5f66",
  caption: "#6b6f75", code: "#6b6f75", serial: "#6b6f75", inquiry_1: "#6b6f75", inquiry_2: "#6b6f75",
  inquiry_3: "#6b6f75", micro_top: "#b48a3a", micro_bottom: "#b48a3a", specimen: "#b3161c",
)
#let middle = ("title", "title_en", "caption", "code", "serial", "micro_top", "micro_bottom", "specimen")
#let spaced = (title: 0.22em, title_en: 0.16em, specimen: 0.06em)
#let piece(p) = place(top + left, dx: p.left * 1mm, dy: p.top * 1mm, box(
  width: p.width * 1mm, height: p.height * 1mm,
  inset: (left: if p.kind == "field" { 1.5mm } else { 0mm }),
  align(
    (if p.manner == "lines" { top } else { horizon }) + (if middle.contains(p.kind) { center } else { left }),
    text(
      size: p.size * 1pt, fill: rgb(fills.at(p.kind, default: "#22262b")),
      tracking: spaced.at(p.kind, default: 0em),
      weight: if p.kind == "title" or p.kind == "specimen" { 700 } else { 400 },
      font: if p.kind == "field" { ("LXGW WenKai", "Noto Serif CJK SC") } else { ("Noto Serif CJK SC", "LXGW WenKai") },
      p.text,
    ),
  ),
))
#for p in d.pieces { piece(p) }
#let picture(b, file, alt) = place(top + left, dx: b.left * 1mm, dy: b.top * 1mm,
  image(file, width: b.width * 1mm, height: b.height * 1mm, fit: "stretch", scaling: "pixelated", alt: alt))
#picture(d.photo, d.photo.file, "photo of the holder")
#picture(d.qr, d.qr.file, "QR code for verification")
#picture(d.seal, d.seal.file, "seal")
"""
GROUNDS = {"skill_level": "ground-red.svg", "qualification": "ground-blue.svg", "training": "ground-green.svg"}


class TypstPress:
    """A folder with template and pictures, and a compiler over it."""

    def __init__(self, root: Path, grounds: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        (root / "paper.typ").write_text(TEMPLATE, "utf-8")
        for name in GROUNDS.values():
            (root / name).write_bytes((grounds / name).read_bytes())
        self._compiler = typst.Compiler(str(root / "paper.typ"), root=str(root))

    def ready(self, n: int, template: str, data: Mapping[str, Any]) -> str:
        """Return what differs in one certificate; its pictures are put into files. Not timed: peers get this for nothing."""
        files = {}
        for key, kind in (("photo", "jpg"), ("qr", "png")):
            files[key] = f"{key}-{n}.{kind}"
            (self._root / files[key]).write_bytes(b64decode(data[key]["src"].partition(",")[2]))
        files["seal"] = f"seal-{abs(hash(data['seal']['src']))}.svg"
        (self._root / files["seal"]).write_text(unquote(data["seal"]["src"].partition(",")[2]), "utf-8")
        return json.dumps(
            {
                "document_title": data["document_title"], "author": data["author"], "ground": GROUNDS[template],
                "pieces": [piece for piece in (*data["rows"], *data["place"].values()) if piece["manner"] != "ring"],
                **{key: {**{k: v for k, v in data[key].items() if k != "src"}, "file": files[key]} for key in files},
            },
            ensure_ascii=False,
        )  # fmt: skip

    def draw(self, ready: str) -> bytes:
        """Return one certificate as PDF/A-3b."""
        pdf: bytes = self._compiler.compile(sys_inputs={"data": ready}, pdf_standards="a-3b")
        return pdf
