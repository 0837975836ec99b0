"""Thunderbird: where its profiles are, and how an account is written into one."""
