"""What a utility study found."""
