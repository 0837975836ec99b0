"""Do the servers really work: eight steps, each with a verdict, a sentence and the fix."""
