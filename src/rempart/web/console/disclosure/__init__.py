"""What is published or handed over: dated settings, terms, yearly report, court dossier, audit."""
