"""Making the dossiers that two people agreed to."""
