"""The photo set (照片清点): whose photo is missing, whose name is off, which file serves two people or nobody.

Used by admit. Every gap is listed; nobody's ticket silently lacks a photo.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from scheduler.domain.entries import Entry
from scheduler.errors import Finding, Text, Where

_SUFFIXES = {".jpg", ".jpeg", ".png"}


def photo_set(folder: Path, entries: Sequence[Entry]) -> tuple[dict[str, Path], list[Finding]]:
    """Return the photo of each entry that has one, and a warning for everything that is not as it should be."""
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()} if folder.is_dir() else {}
    pictures = {name: path for name, path in files.items() if path.suffix.lower() in _SUFFIXES}
    found, findings = dict[str, Path](), list[Finding]()
    for entry in entries:
        wanted = Path(entry.candidate.photo).name
        if wanted in files:
            found[entry.id] = files[wanted]
        else:
            findings.append(_missing(entry, wanted, pictures))
    findings += _doubled(entries, found)
    used = {path.name for path in found.values()} | {one.where.file for one in findings}
    findings += [
        _told("photo-nobodys", Text("照片无人使用", "a photo that no entry names"), file=name)
        for name in sorted(pictures.keys() - used)
    ]
    return found, findings


def _missing(entry: Entry, wanted: str, pictures: dict[str, Path]) -> Finding:
    who, number = entry.candidate, entry.candidate.document.number
    near = [name for name in sorted(pictures) if _plain(name) == _plain(wanted)] if wanted else []
    near = near or [name for name in sorted(pictures) if number in name or unicodedata.normalize("NFC", who.name) == unicodedata.normalize("NFC", Path(name).stem)]  # fmt: skip
    # A name that holds an identity number is not repeated: lists of findings travel further than photos.
    said = wanted.replace(number, who.document.masked())
    expected = Text(said or "报名表“照片”栏填写的文件名", said or "a file name in the registration workbook")
    if near:
        shown = near[0].replace(number, who.document.masked())
        what = Text(
            "照片文件名与报名表不符，未采用", "a photo is there under another name than registered; it was not used"
        )
        return _told("photo-misnamed", what, who=entry, file=shown, expected=expected)
    what = Text("缺少照片，准考证留有粘贴框", "the photo is missing; the ticket has a frame to glue it into")
    return _told("photo-missing", what, who=entry, expected=expected)


def _doubled(entries: Sequence[Entry], found: dict[str, Path]) -> list[Finding]:
    """Return files that several people name, and different files with the same picture."""
    by_file, by_content = defaultdict[str, list[Entry]](list), defaultdict[str, list[Entry]](list)
    for entry in entries:
        if entry.id in found:
            by_file[found[entry.id].name].append(entry)
            by_content[hashlib.sha256(found[entry.id].read_bytes()).hexdigest()].append(entry)
    same_file = Text("多名考生使用同一照片文件", "several candidates name the same photo file")
    same_picture = Text("多名考生的照片内容完全相同", "the photos of several candidates are the same picture")
    one = [_shared(same_file, people, name) for name, people in sorted(by_file.items()) if len(people) > 1]
    several = [
        _shared(same_picture, people, "、".join(sorted(found[e.id].name for e in people)))
        for _, people in sorted(by_content.items())
        if len({found[e.id].name for e in people}) > 1
    ]
    return one + several


def _shared(what: Text, people: Sequence[Entry], file: str) -> Finding:
    names = "、".join(f"{entry.candidate.name} {entry.id}" for entry in people)
    hint = Text("核对照片是谁的", "find out whose it is")
    return Finding("photo-doubled", what, Where(file=file, subject=names), hint=hint, severity="warning")


def _told(rule: str, what: Text, *, who: Entry | None = None, file: str = "", expected: Text | None = None) -> Finding:
    where = Where(file=file or None, subject=f"{who.candidate.name} {who.id}" if who else None)
    hint = Text("补齐照片或更正报名表后再打印", "add the photo or correct the entry, then print again") if who else None
    return Finding(rule, what, where, expected=expected, hint=hint, severity="warning")


def _plain(name: str) -> str:
    path = Path(unicodedata.normalize("NFKC", name).strip().casefold())
    return path.stem.replace(" ", "")
