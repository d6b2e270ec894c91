"""Sources of specs: git repositories and local folders, and what is told back to the forge."""
