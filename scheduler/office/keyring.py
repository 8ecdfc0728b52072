"""The keys of an office (密钥), opened for the verbs: those that sign certificates, and the one that signs heads of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scheduler.certificates.code import key_id
from scheduler.certificates.keyfile import REGISTER, read_keys
from scheduler.certificates.keys import Keyring, load
from scheduler.certificates.new_keys import new_demo_keys
from scheduler.certificates.status import places_counter
from scheduler.errors import SealFailed
from scheduler.office.desk import Office


def ready_keys(office: Office, names: Sequence[str]) -> dict[str, str]:
    """Look whether institutions can sign; a demo office gets demonstration keys where it has none.

    Returns:
        The counter of places in the status lists of each institution's key for codes, by the institution's name.

    Raises:
        SealFailed: An institution has no key that may sign.
        SettingsError: The key register is wrong.
    """
    folder, demo = office.settings.keys_folder, office.settings.demo
    if demo:
        new_demo_keys(folder, list(names))
    keyring = Keyring(read_keys(folder / REGISTER), demo=demo)
    loaded = [keyring.sealing(name, office.today())[0] for name in names]
    return {keys.issuer: places_counter(key_id(keys.public)) for keys in loaded if keys.public}


def log_key(office: Office) -> Ed25519PrivateKey | None:
    """Return the key that signs heads of the ledger: the key for codes in use of the register's first institution that has one.

    None where there is none: heads stay unsigned, which ``check --ledger`` tells.
    """
    in_use = dict(_code_keys(office))
    return next(iter(in_use.values()), None)


def log_keys(office: Office) -> Callable[[bytes], Ed25519PublicKey | None]:
    """Return what finds the public half of a key of this office by its id, former keys included."""
    known = {key_id(public): public for public in (key.public_key() for _, key in _code_keys(office))}
    return known.get


def _code_keys(office: Office) -> Iterator[tuple[str, Ed25519PrivateKey]]:
    for source in read_keys(office.settings.keys_folder / REGISTER):
        try:
            keys = load(source)
        except SealFailed:  # a token that is not there today signs no certificate, and need not stop the ledger
            continue
        if keys.code is not None and (office.settings.demo or not keys.is_demo):
            yield keys.issuer, keys.code
