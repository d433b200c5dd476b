"""Evidence: claims and their sources; further rooms extract them and keep them in a ledger."""
