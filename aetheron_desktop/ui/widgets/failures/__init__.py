"""Where a model fails: segments, error tree, cohorts, labels, gaps, drift and groups."""
