"""Words on papers, sheets, calendars and reports: English in the code, both languages in the catalogues below ``locale``.

Every floor above may use it. Sentences that carry figures of a fault stay `Text` pairs where they are raised; what is
printed for people is looked up here, so that a translator finds all of it in one place.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scheduler.errors import Language, Text

LOCALES: dict[Language, str] = {"zh": "zh_CN", "en": "en"}
CATALOGUES = Path(__file__).parent / "locale"


def phrase(message: str, /, **fields: object) -> Text:
    """Return a phrase in both languages.

    Args:
        message: The English phrase as the catalogues know it; ``{name}`` stands for a field.
        **fields: What stands in the fields; a `Text` is worded in each language.

    Raises:
        KeyError: A catalogue has no such phrase, or a field is missing.
    """
    return Text(*(_worded(language, message, fields) for language in LOCALES))


def _worded(language: Language, message: str, fields: dict[str, object]) -> str:
    form = _catalogue(language)[message]
    if not fields:
        return form
    return form.format_map({k: v.in_(language) if isinstance(v, Text) else v for k, v in fields.items()})


def catalogue_file(language: Language) -> Path:
    """Return where the catalogue of a language lies."""
    return CATALOGUES / LOCALES[language] / "LC_MESSAGES" / "scheduler.po"


@cache
def _catalogue(language: Language) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with catalogue_file(language).open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}
