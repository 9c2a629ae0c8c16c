"""Pairs at the training size, kept on disk."""
