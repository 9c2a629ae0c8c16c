"""From native size to the square that a model draws."""
