"""How good a generated set is: figures beside their floors, a verdict in words, one page."""
