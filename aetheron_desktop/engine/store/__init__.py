"""What is kept on disk beside the tables and the models: the index and the event logs.

``store`` is the only place with SQL. ``event_log`` is the append-only history of one job.
"""
