"""How good the models are that are made in a given time, beside AutoML systems and plain boosting libraries.

The real run, on a machine that does nothing else (16 tables, a minute and five minutes for each cell: some hours)::

    python3 dev.py bench learning --budget 60 --seeds 0,1,2
    python3 dev.py bench learning --budget 300

What was done is kept in ``build/learning``, a line of JSON a cell, and a run that is cut short goes on when it is
started again with the same words. ``--report`` prints the tables of what is there; ``--again SYSTEM`` does the cells of
a system anew, after its code has changed. ``--datasets``, ``--systems``, ``--threads`` choose.

One *cell* is one system on one table with one seed: a process of its own that is given the training rows and the
features of the test rows, and answers with what it predicts for them; the truth of the test rows never leaves the
process that scores. All cells have the same threads, cores and time; the systems take turns on each table, so that the
noise of the machine is the same for all.
"""
