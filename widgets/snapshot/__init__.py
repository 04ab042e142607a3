"""The compiled library: one SQLite file that is built from the content folder, and read and searched in place."""
