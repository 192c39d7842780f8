"""What would help without training anew: simple maps of the prediction, fitted and judged."""
