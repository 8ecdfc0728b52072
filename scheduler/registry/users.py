"""Users of the web office, their visits and tokens, in one transaction. Reached as ``store.users``. Append-only but for visits."""

from __future__ import annotations

from sqlmodel import Session, col, delete, select

from scheduler.domain.users import Token, User
from scheduler.registry import mapping
from scheduler.registry.tables_web import TokenRow, UserRow, VisitRow


class Users:
    """Who may sign in, and who is signed in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def user(self, name: str) -> User | None:
        """Return a user as last changed; None where there is none."""
        rows = select(UserRow.document).where(UserRow.name == name).order_by(col(UserRow.id).desc())
        document = self._session.exec(rows).first()
        return None if document is None else mapping.from_document(User, document)

    def users(self) -> list[User]:
        """Return every user as last changed, sorted by name."""
        rows = self._session.exec(select(UserRow.name, UserRow.document).order_by(col(UserRow.id)))
        last = {row[0]: row[1] for row in rows}
        return [mapping.from_document(User, last[name]) for name in sorted(last)]

    def put(self, user: User) -> None:
        """Keep a user as changed; what it was stays known."""
        self._session.add(UserRow(name=user.name, document=mapping.to_document(user)))
        self._session.flush()

    def begin_visit(self, sha256: str, name: str, at: str, until: str) -> None:
        """Enter that a user is signed in, under the digest of the browser's secret."""
        self._session.add(VisitRow(sha256=sha256, name=name, began_at=at, until=until))
        self._session.flush()

    def visitor(self, sha256: str, at: str) -> User | None:
        """Return who is signed in under a digest at a moment; None where nobody is."""
        row = self._session.get(VisitRow, sha256)
        return self.user(row.name) if row is not None and row.until > at else None

    def end_visit(self, sha256: str) -> None:
        """Forget one visit; it need not exist."""
        self._session.execute(delete(VisitRow).where(col(VisitRow.sha256) == sha256))

    def end_visits(self, name: str) -> None:
        """Forget every visit of a user."""
        self._session.execute(delete(VisitRow).where(col(VisitRow.name) == name))

    def drop_old_visits(self, at: str) -> None:
        """Forget the visits that were over at a moment."""
        self._session.execute(delete(VisitRow).where(col(VisitRow.until) <= at))

    def token(self, sha256: str) -> Token | None:
        """Return the token with a digest, as last changed; None where there is none."""
        rows = select(TokenRow.document).where(TokenRow.sha256 == sha256).order_by(col(TokenRow.id).desc())
        document = self._session.exec(rows).first()
        return None if document is None else mapping.from_document(Token, document)

    def tokens(self) -> list[tuple[Token, str]]:
        """Return every token as last changed with the digest of its secret, sorted by user and id."""
        rows = self._session.exec(select(TokenRow).order_by(col(TokenRow.id)))
        last = {row.token_id: (mapping.from_document(Token, row.document), row.sha256) for row in rows}
        return sorted(last.values(), key=lambda one: (one[0].user, one[0].id))

    def put_token(self, token: Token, sha256: str) -> None:
        """Keep a token as changed."""
        self._session.add(TokenRow(token_id=token.id, sha256=sha256, document=mapping.to_document(token)))
        self._session.flush()
