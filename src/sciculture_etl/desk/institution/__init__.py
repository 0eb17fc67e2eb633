"""The pages of an institution: check a file and send it in, forms, what is due and what was received."""
