"""From one declarative `federation.toml` to server files, certificates, passwords and what each node needs to know."""
