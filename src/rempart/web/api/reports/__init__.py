"""Reports, the conversation by their receipts, misuse of them."""
