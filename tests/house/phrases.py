"""The catalogues of phrases against the code: ``python -m tests.house.phrases`` writes them anew, keeping translations."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from scheduler.phrases import LOCALES, catalogue_file
from tests.house.paths import ROOT

_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_KEYWORDS = {"phrase": None}
_HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {}\\n"

"""


def used(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Give every phrase that code and templates use, and the file it stands in."""
    for folder in ("scheduler", "templates"):
        for name, _, message, _, _ in extract_from_dir(root / folder, _METHODS, keywords=_KEYWORDS, comment_tags=()):
            for one in message if isinstance(message, tuple) else (message,):
                yield one, f"{folder}/{name}"


def read(file: Path) -> Catalog:
    """Return a catalogue."""
    with file.open("rb") as opened:
        return read_po(opened)


def written(locale: str, known: Catalog, messages: dict[str, str]) -> bytes:
    """Return a catalogue of these phrases, with what was translated before; English is its own translation."""
    catalogue = Catalog(locale=locale)
    for message, file in messages.items():
        before = known.get(message)
        said = before.string if before is not None else ""
        catalogue.add(message, said or (message if locale == "en" else ""), locations=[(file, None)])
    out = BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, omit_header=True, include_lineno=False)
    return _HEADER.format(locale).encode() + out.getvalue()


def main() -> None:
    """Write the catalogues; exit 1 while a phrase is not translated."""
    messages = dict(sorted(used(), reverse=True))
    missing = []
    for language, locale in LOCALES.items():
        file = catalogue_file(language)
        file.write_bytes(written(locale, read(file), messages))
        missing += [(file, entry.id) for entry in read(file) if entry.id and not entry.string]
    for file, message in missing:
        print(f"{file}: no translation of {message!r}")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
