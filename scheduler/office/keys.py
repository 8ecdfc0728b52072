"""Keys (密钥): demonstration keys for a demo office, keys for codes anywhere, and what of all that would not serve today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.certificates.keyfile import REGISTER
from scheduler.certificates.new_keys import Bits, new_code_key, new_demo_keys
from scheduler.errors import InputError, SealFailed, Text
from scheduler.office.desk import Office
from scheduler.office.orders import issuing


@dataclass(frozen=True, slots=True)
class KeysReport:
    """Who got keys, and where they are named."""

    made_for: tuple[str, ...]
    register: str


def new_keys(
    office: Office, *, issuers: Sequence[str] = (), round_id: str = "", codes_only: bool = False, bits: Bits = 2048
) -> KeysReport:
    """Make keys for institutions that have none.

    Args:
        office: The opened office.
        issuers: Full names as printed on certificates.
        round_id: Also for every institution that issues something in this round.
        codes_only: Only keys for codes and credentials; those are real ones, in any office.
        bits: Length of the RSA keys.

    Raises:
        InputError: Nobody is named.
        SealFailed: RSA keys are asked for outside a demo office: they come from a certificate authority.
        NotFound: No such round.
    """
    names = list(issuers)
    if round_id:
        with office.registry.transaction(write=False) as store:
            names += issuing(store.rounds.setup(round_id))
    if not names:
        raise InputError(
            Text("没有写明机构", "no institution is named"),
            hint=Text("写机构全称，或用 --round 指定批次", "give full names, or a round with --round"),
        )
    folder = office.settings.keys_folder
    register = str(folder / REGISTER)
    if codes_only:
        return KeysReport(tuple(name for name in names if new_code_key(folder, name)), register)
    if not office.settings.demo:
        raise SealFailed(
            Text("只有示范机构可以自制签名密钥", "only a demo office makes its own signing keys"),
            hint=Text(
                "向证书机构申领机构证书，登记在 keys.toml；验真码密钥用 --codes-only 生成",
                "get a certificate from an authority and name it in keys.toml; keys for codes: --codes-only",
            ),
        )
    return KeysReport(tuple(new_demo_keys(Path(folder), names, bits=bits)), register)
