"""What a person may write in git: models, the YAML loader with positions, diagnostics. Pure."""
