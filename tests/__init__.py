"""The tests: one file a module, laws over the catalogue, and the browser's in browser/."""
