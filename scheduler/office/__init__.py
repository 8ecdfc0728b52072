"""The office: one file a verb. Verbs are the only place where two workshops meet and the only place that opens a transaction."""
