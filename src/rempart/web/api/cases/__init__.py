"""Cases and campaigns: looked at, corrected, searched, and who works on them."""
