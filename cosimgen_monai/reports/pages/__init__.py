"""What pages are made of: documents, tables, pictures within the text, their look."""
