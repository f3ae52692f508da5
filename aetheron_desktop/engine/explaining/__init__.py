"""Why a model says what it says: of all rows, and of one."""
