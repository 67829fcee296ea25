"""Who works on what, and how well: queues, assignment, figures, practice, misuse of reports."""
