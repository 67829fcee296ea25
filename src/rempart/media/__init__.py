"""Photos and what they give away: looked at and cleaned in memory, nothing is kept."""
