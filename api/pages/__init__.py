"""Pages made on the server: no script, nothing from elsewhere."""
