"""What was drawn, to filter and to sort."""
