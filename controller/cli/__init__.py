"""The `wakeful` command."""
