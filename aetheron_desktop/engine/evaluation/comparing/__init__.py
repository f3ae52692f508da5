"""Whether one model is better than others: on the same rows and over folds, where it wins, what an error costs."""
