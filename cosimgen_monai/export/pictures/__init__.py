"""Formats made of picture files."""
