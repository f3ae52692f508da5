"""What a model did on its test rows: linked plots and tables around one threshold and one selection."""
