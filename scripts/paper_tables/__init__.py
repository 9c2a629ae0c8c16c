"""The parts of reproduce_tables.py: how long each model trains, what the columns are, how they are printed."""
