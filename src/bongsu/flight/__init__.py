"""Flight: gravity, air, ballistic paths, filters, launch and impact estimation, fusion."""
