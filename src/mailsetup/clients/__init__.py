"""Writing an account into a mail program's profile: planned, shown, then applied whole or not at all."""
