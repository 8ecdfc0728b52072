"""A key in a token or hardware module (硬件密钥), reached by PKCS #11. Used by keys.py; nothing is imported unless one is named.

The key never leaves its token. One session is kept, because opening one costs more than signing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from scheduler.errors import Finding, SealFailed, Text, Where

R = TypeVar("R")


class TokenKey:
    """An RSA key in a token."""

    def __init__(self, module: str, token: str, label: str, pin: str) -> None:
        """Open the token and find the key.

        Args:
            module: Library of the maker, such as ``/usr/lib/softhsm/libsofthsm2.so``.
            token: Label of the token.
            label: Label of the key.
            pin: PIN of the user.

        Raises:
            SealFailed: The extra is not installed, or module, token, PIN or key does not serve.
        """
        try:
            import pkcs11
        except ImportError as fault:
            hint = Text('安装：pip install "joint-exam-scheduler[hsm]"', 'pip install "joint-exam-scheduler[hsm]"')
            what = Text("没有安装硬件密钥组件", "the extra for keys in tokens is not installed")
            raise SealFailed(what, [Finding("token-extra", what, hint=hint)], hint=hint) from fault
        self._pkcs11, self._named, self._lock = pkcs11, f"{token}/{label}", threading.Lock()
        self._session: Any = self._try(lambda: self._opened(pkcs11.lib(module).get_token(token_label=token), pin))
        self._label = label
        self._key = self._try(lambda: self._session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label))

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message.

        Raises:
            SealFailed: The token does not answer, for instance because it was unplugged.
        """
        with self._lock:
            return bytes(self._try(lambda: self._key.sign(message, mechanism=self._pkcs11.Mechanism.SHA256_RSA_PKCS)))

    def certificates(self) -> list[bytes]:
        """Return the certificates under the key's label, in DER."""
        kinds = self._pkcs11.Attribute
        wanted = {kinds.CLASS: self._pkcs11.ObjectClass.CERTIFICATE, kinds.LABEL: self._label}
        return self._try(lambda: [bytes(found[kinds.VALUE]) for found in self._session.get_objects(wanted)])

    def _opened(self, token: Any, pin: str) -> Any:  # noqa: ANN401 - python-pkcs11's own
        try:
            return token.open(user_pin=pin)
        except self._pkcs11.UserAlreadyLoggedIn:  # one log-in holds for all sessions of a process
            return token.open()

    def _try(self, act: Callable[[], R]) -> R:
        try:
            return act()
        except (self._pkcs11.PKCS11Error, RuntimeError, OSError) as fault:
            what = Text("硬件密钥不能使用", "the key in the token cannot be used")
            said: Any = f"{type(fault).__name__} {fault}".strip()
            hint = Text("检查令牌是否插好、PIN 是否正确", "check that the token is plugged in and the PIN is right")
            finding = Finding("token-unusable", what, Where(subject=self._named), said=said, hint=hint)
            raise SealFailed(what, [finding], hint=hint) from fault
