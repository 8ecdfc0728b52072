"""A suggestion in words: where and when, what has to be opened, who has to be called or moved, which rules it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Sitting
from scheduler.errors import Text
from scheduler.planning.explain_remedies import name_of
from scheduler.planning.rules import BY_ID

if TYPE_CHECKING:
    from scheduler.planning.suggest import Suggestion


def told(round_: Round, one: Suggestion) -> Text:
    """Return a suggestion in one sentence."""
    parts = [_where(round_, one), *_needs(one), *_moved(one)]
    if one.breaks:
        rules = list(dict.fromkeys(finding.rule for finding in one.breaks))
        zh = "、".join(f"“{BY_ID[rule].wording.zh}”" for rule in rules)
        en = ", ".join(f'"{BY_ID[rule].wording.en}"' for rule in rules)
        parts.append(Text(f"违反{zh}", f"breaks {en}"))
    else:
        parts.append(Text("不违反任何规则", "breaks nothing"))
    return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def place_of(round_: Round, sitting: Sitting) -> Text:
    """Return the day, hours and room of a sitting."""
    slot_id, room_id = _slot_and_room(round_, sitting.session_id)
    slot = next(slot for slot in round_.slots if slot.id == slot_id)
    room = next(room for room in round_.rooms if room.id == room_id)
    called = room.name or room.id
    when = f"{slot.on} {slot.start:%H:%M}-{slot.end:%H:%M}"
    return Text(f"{when} 考场 {called}", f"{when}, room {called}")


def _slot_and_room(round_: Round, session_id: str) -> tuple[str, str]:
    return next(
        (slot.id, session_id.removeprefix(f"{slot.id}."))
        for slot in round_.slots
        if session_id.startswith(f"{slot.id}.")
        and any(room.id == session_id.removeprefix(f"{slot.id}.") for room in round_.rooms)
    )


def _where(round_: Round, one: Suggestion) -> Text:
    names = {component.id: name_of(component) for component in round_.components}
    firsts = [sitting for sitting in one.sittings if sitting.member == 1]
    said = [(names[sitting.component_id], place_of(round_, sitting)) for sitting in firsts]
    return Text(
        "，".join(f"{name.zh} {place.zh}" for name, place in said),
        "; ".join(f"{name.en} {place.en}" for name, place in said),
    )


def _needs(one: Suggestion) -> list[Text]:
    found = []
    if one.opens:
        found.append(Text(f"需新开场次 {'、'.join(one.opens)}", f"opens {', '.join(one.opens)}"))
    if one.calls:
        who = sorted({examiner_id for _, examiner_id in one.calls})
        found.append(
            Text(
                f"需增派考评员 {len(one.calls)} 人次（{'、'.join(who)}）",
                f"calls {len(one.calls)} more ({', '.join(who)})",
            )
        )
    return found


def _moved(one: Suggestion) -> list[Text]:
    found = []
    for move in one.moves:
        to = move.after.session_id if move.after is not None else "—"
        at = move.before.session_id if move.before is not None else "—"
        found.append(
            Text(
                f"需移动 {move.party_id}（{move.component_id}：{at} → {to}）",
                f"moves {move.party_id} ({move.component_id}: {at} to {to})",
            )
        )
    return found
