"""What is known of each estimator without importing it: a module for each module of implementations."""
