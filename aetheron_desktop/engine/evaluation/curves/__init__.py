"""What is drawn of predictions, and the rows behind each point, cell and bin; numpy alone."""
