"""Runs the project's jobs in tests: the plugins as forked processes, the vendors in the sandbox."""
