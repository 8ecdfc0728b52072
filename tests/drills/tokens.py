"""A software token (SoftHSM2) that holds an institution's key, for the drill that unplugs it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from scheduler.certificates.keyfile import REGISTER, write_keys

PIN = "648219"
MODULES = [path for folder in ("/usr/lib", "/usr/local/lib") for path in Path(folder).rglob("libsofthsm2.so")]


def has_tokens() -> bool:
    """Tell whether this machine has software tokens."""
    return bool(MODULES and shutil.which("softhsm2-util") and importlib.util.find_spec("pkcs11"))


def forget_tokens() -> None:
    """Let the library of the tokens go: it reads which tokens there are once, and a test before may have had others."""
    import pkcs11

    for module in MODULES:
        pkcs11.unload(str(module))


def a_token(office: Path, home: Path) -> None:
    """Move the first key of an office's register into a token of its own.

    Args:
        office: Folder of the office; its register names the token from then on.
        home: Folder beside which the token lies.
    """
    tokens, keys = home.with_name("tokens"), office / "keys"
    tokens.mkdir()
    conf = home.with_name("softhsm2.conf")
    conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    forget_tokens()
    first, *others = tomllib.loads((keys / REGISTER).read_text(encoding="utf-8"))["key"]
    word = (keys / first.pop("password_file")).read_bytes().strip()
    key, own, chain = pkcs12.load_key_and_certificates((keys / first.pop("file")).read_bytes(), word)
    pem = home.with_name("key.pem")
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (keys / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in (own, *chain)))
    (keys / "pin").write_text(PIN)
    for words in (
        ["--init-token", "--free", "--label", "exam", "--so-pin", "87654321", "--pin", PIN],
        ["--import", str(pem), "--token", "exam", "--label", "centre", "--id", "01", "--pin", PIN],
    ):
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    (keys / REGISTER).unlink()
    held = {
        "module": str(MODULES[0]),
        "token": "exam",
        "label": "centre",
        "pin_file": "pin",
        "certificate": "chain.pem",
    }
    write_keys(keys / REGISTER, [{**first, **held}, *others])
