"""What others attest of our log and we of theirs: witnesses, authorities, checks."""
