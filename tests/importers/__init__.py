"""Configurations of other tools, written for these tests."""
