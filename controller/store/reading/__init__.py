"""Questions that the API and the pages ask. They take a connection or a pool, change nothing, and return values."""
