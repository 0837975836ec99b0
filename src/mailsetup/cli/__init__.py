"""The command line: one file a command, one console, one table from errors to exit codes."""
