"""What people see and correct of raids and campaigns."""
