"""The API of what is published and handed over: yearly reports, court dossiers, terms, audit."""
