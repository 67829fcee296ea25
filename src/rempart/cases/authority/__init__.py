"""What comes from outside and binds: orders of authorities, court bans, out-of-court disputes."""
