"""The published datasets' own layouts and codes, one file each."""
