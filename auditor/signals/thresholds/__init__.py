"""Search thresholds: counts, fits, panel."""
