"""From a domain to the servers that its mail programs may use, with the evidence."""
