"""Outlook on Windows, the classic one: a settings file for it, and a page of what to do with the file."""
