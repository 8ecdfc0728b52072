"""The door for browsers (网页): words and screens, nothing else. Every page calls verbs of the office."""
