"""The console's routes and what they carry: degrees, kilometres and text times begin here."""
