"""Other publishers' files -> content folders. Each importer says what it wants written; `shelf` writes what is news."""
