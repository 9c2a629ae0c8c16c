"""What a generated set says of itself: a row a sample, faults, card, contact sheet."""
