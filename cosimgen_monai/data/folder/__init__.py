"""Anybody's own folder: which files pair, what their labels mean."""
