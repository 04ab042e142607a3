"""The judged set of queries, and how a search does on it."""
