"""A model's versions as a Git repository, which the system's own ``git`` reads as well."""
