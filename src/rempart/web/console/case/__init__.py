"""Pages and parts of one case: who did it, deciding, measures, exports, passing it on."""
