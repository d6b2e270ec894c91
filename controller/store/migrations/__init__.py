"""Migrations, run by Piccolo in the order of their names."""
