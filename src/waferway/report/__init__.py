"""Results to figures, tables and one-file pages; nothing else draws."""
