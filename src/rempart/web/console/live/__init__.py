"""What happens now: alarms, what came lately, charts over time, a telephone line."""
