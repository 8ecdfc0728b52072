"""Whether the keys of an office would sign today: each that the register names, loaded and tried. Used by ``check``."""

from __future__ import annotations

from datetime import datetime

from scheduler.certificates.keyfile import REGISTER, read_keys
from scheduler.certificates.keys import Keyring
from scheduler.errors import Finding, SealFailed, SettingsError
from scheduler.office.desk import CHINA
from scheduler.office.settings import Settings


def key_findings(settings: Settings) -> list[Finding]:
    """Return what would keep a key from signing today; empty where the register names none, which issuing refuses itself."""
    register = settings.keys_folder / REGISTER
    try:
        sources = read_keys(register)
    except SettingsError as fault:
        return list(fault.findings)
    keyring = Keyring(sources, demo=settings.demo)
    findings: list[Finding] = []
    for issuer in keyring.issuers:
        try:
            keyring.of(issuer, datetime.now(CHINA).date())
        except SealFailed as fault:
            findings += fault.findings
    return findings
