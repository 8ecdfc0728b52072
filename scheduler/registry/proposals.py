"""Marks that wait for a second person, in one transaction. Reached as ``store.proposals``. Append-only: every step stays."""

from __future__ import annotations

from sqlmodel import Session, col, select

from scheduler.domain.proposals import Proposal
from scheduler.errors import NotFound, Text
from scheduler.registry import mapping
from scheduler.registry.rounds import known_round
from scheduler.registry.tables_web import MarkProposalRow


class Proposals:
    """Marks entered and not yet recorded, of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def proposals(self, round_id: str) -> list[Proposal]:
        """Return a round's proposals as last changed, the oldest first; empty where there are none, or no such round."""
        rows = select(MarkProposalRow).where(MarkProposalRow.round_id == round_id).order_by(col(MarkProposalRow.id))
        last = {row.proposal_id: row.document for row in self._session.exec(rows)}
        return [mapping.from_document(Proposal, document) for document in last.values()]

    def proposal(self, round_id: str, proposal_id: str) -> Proposal:
        """Return a proposal as last changed; raises NotFound."""
        rows = select(MarkProposalRow.document).where(
            MarkProposalRow.round_id == round_id, MarkProposalRow.proposal_id == proposal_id
        )
        document = self._session.exec(rows.order_by(col(MarkProposalRow.step).desc())).first()
        if document is None:
            raise NotFound(
                Text(
                    f"批次 {round_id} 没有录入单 {proposal_id}", f"round {round_id} has no entered marks {proposal_id}"
                )
            )
        return mapping.from_document(Proposal, document)

    def lock(self, round_id: str) -> None:
        """Let nobody else change proposals of a round until the end of the transaction; raises NotFound."""
        known_round(self._session, round_id, lock=True)

    def put(self, proposal: Proposal) -> None:
        """Keep a proposal as changed; what it was stays known.

        Raises:
            Conflict: somebody else kept the same step.
            RegistryError: a value cannot be kept.
        """
        document = mapping.to_document(proposal)
        row = MarkProposalRow(
            proposal_id=proposal.id, round_id=proposal.round_id, step=proposal.step, document=document
        )
        self._session.add(row)
        self._session.flush()
