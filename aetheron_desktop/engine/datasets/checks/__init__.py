"""The trust report: what would harm a model, looked for before any training."""
