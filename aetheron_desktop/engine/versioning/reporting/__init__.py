"""The report of a version: one page of aggregates that needs nothing but itself."""
