"""Live curves: stored, drawn, read off."""
