"""What a watch officer sees: one nation's page, and the wall of a drill. Loopback only; nothing here reaches a partner but through the desk."""
