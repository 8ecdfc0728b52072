"""Marks become verdicts: one verdict per award, and what has to be sat again."""
