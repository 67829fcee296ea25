"""Orders, disputes and court bans."""
