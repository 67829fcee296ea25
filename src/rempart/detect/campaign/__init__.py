"""The long memory of one target: slow attacks over days and weeks, and campaigns that join them."""
