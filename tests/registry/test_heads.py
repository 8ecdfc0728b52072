"""Tree heads over the ledger: grown or recomputed they are the same, and proofs hold for what is there and nothing else."""

from __future__ import annotations

import pytest

from scheduler.domain.heads import HeadRecord, TreeHead
from scheduler.errors import NotFound
from scheduler.registry import merkle
from scheduler.registry.chain import line_content
from tests.registry.values import AT, ROUND, an_entry, enrol, issue

ENTRIES = [an_entry(n) for n in range(5)]


def give(store, sequences=()):
    tree = store.heads.tree()
    head = TreeHead(tree.size, tree.head().hex(), AT)
    record = HeadRecord(f"{tree.size}", head, 0, ROUND, tuple(sequences), tuple(p.hex() for p in tree.peaks))
    store.heads.give(record)
    return head


@pytest.fixture
def grown(registry):
    """Five pairs, a head given out after each."""
    enrol(registry, *ENTRIES)
    heads = []
    for entry in ENTRIES:
        issue(registry, entry)
        with registry.transaction() as store:
            heads.append(give(store))
    return heads


def test_a_head_grown_from_the_last_is_the_head_of_all_lines(registry, grown):
    with registry.transaction(write=False) as store:
        leaves = [merkle.leaf(line_content(line)) for line in store.ledger.lines()]
        assert [head.size for head in grown] == [2, 4, 6, 8, 10]
        assert [head.root for head in grown] == [merkle.head(leaves[: head.size]).hex() for head in grown]
        assert store.heads.roots({4, 10, 11, 0}) == {4: grown[1].root, 10: grown[4].root, 0: merkle.EMPTY.hex()}
        assert [record.head for record in store.heads.given()] == grown
        assert store.heads.last().head == grown[-1]


def test_proofs_of_single_lines_and_of_growth(registry, grown):
    with registry.transaction(write=False) as store:
        leaves = list(store.heads.leaves())
        root = bytes.fromhex(grown[3].root)
        for sequence in range(1, 9):
            proof = store.heads.inclusion(sequence, 8)
            assert merkle.includes(root, 8, sequence - 1, leaves[sequence - 1], proof)
            assert not merkle.includes(root, 8, sequence - 1, leaves[sequence % 8], proof)
        old, new = grown[1], grown[4]
        proof = store.heads.consistency(old.size, new.size)
        assert merkle.extends(bytes.fromhex(old.root), old.size, bytes.fromhex(new.root), new.size, proof)
        assert not merkle.extends(bytes.fromhex(grown[0].root), old.size, bytes.fromhex(new.root), new.size, proof)
        for question in (
            lambda: store.heads.inclusion(11, 11),
            lambda: store.heads.inclusion(0, 8),
            lambda: store.heads.consistency(4, 99),
        ):
            with pytest.raises(NotFound):
                question()


def test_batches_list_each_certificate_once(registry, grown):
    with registry.transaction() as store:
        assert store.heads.unbatched(ROUND) == list(range(1, 11))
        give(store, (1, 2, 3))
        assert store.heads.unbatched(ROUND) == list(range(4, 11))
        assert store.heads.batch("2").head == grown[0]
        with pytest.raises(NotFound) as refusal:
            store.heads.batch("none")
        assert "none" in refusal.value.in_("en")
