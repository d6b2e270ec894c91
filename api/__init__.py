"""Litestar: REST, live events, status pages."""
