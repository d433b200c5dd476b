"""Studies: questions that take several plans."""
