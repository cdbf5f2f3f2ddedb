"""The world outside the core: clocks, feeds, servers, disks, keys. Each retries within limits and says how it fares."""
