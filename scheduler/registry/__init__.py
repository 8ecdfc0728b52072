"""The registry (台账库): rounds, entries, plans, marks and the ledger, kept in one database. The only place that imports sqlmodel."""
