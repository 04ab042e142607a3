"""The widgets in a real browser, on a partner's page, against a real server."""
