"""What a dataset is like, before anything is trained."""
