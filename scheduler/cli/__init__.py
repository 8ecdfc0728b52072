"""The command line: words in, one call of one verb, its answer as text. No rule lives here."""
