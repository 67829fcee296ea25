"""What is said when a case is passed on: packs of text by part, and the CyberTipline's XML."""
