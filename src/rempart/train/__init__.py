"""Training of the text classifier: corpora, generated sentences, weights, thresholds, figures."""
