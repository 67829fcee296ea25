"""Reports: received, talked about, answered; what is known of their sources."""
