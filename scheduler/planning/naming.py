"""How a component is called where people read of one party: by its name, with its id only where names are alike.

Used by the screening and by whoever words a reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.catalogue import Component
from scheduler.errors import Text


def called(component: Component, among: Iterable[Component]) -> Text:
    """Return the name of a component, with its id where another of those it stands among is called the same.

    A component without a name in a language is called by the other language's name, and without any by its id.
    """
    name = Text(component.name.zh or component.name.en, component.name.en or component.name.zh)
    if not name.zh:
        return Text(component.id, component.id)
    others = [other.name for other in among if other.id != component.id]
    if any(component.name.zh == other.zh or component.name.en == other.en for other in others):
        return Text(f"{name.zh}（{component.id}）", f"{name.en} ({component.id})")
    return name
