"""What an office decided on unfamiliar headings, and the profiles it knows. Verbs that read workbooks of others share it."""

from __future__ import annotations

from pathlib import Path

from scheduler.office.settings import Settings
from scheduler.sheets.mappings import FILE, HeadingMap, known_maps
from scheduler.sheets.profiles import OWN_FILE, profiles


def mappings_file(settings: Settings) -> Path:
    """Return where the decisions are kept: beside the settings."""
    return settings.file.parent / FILE


def profiles_file(settings: Settings) -> Path:
    """Return where an office's own profiles are kept; the file need not exist."""
    return settings.file.parent / OWN_FILE


def heading_maps(settings: Settings) -> tuple[HeadingMap, ...]:
    """Return every mapping the office has, its own first.

    Raises:
        InputError: One of the two files is wrong.
    """
    return known_maps(mappings_file(settings), profiles(profiles_file(settings)).values())
