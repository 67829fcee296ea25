"""What others attest of our log and we of theirs: witnesses, time-stamp authorities, full checks."""
