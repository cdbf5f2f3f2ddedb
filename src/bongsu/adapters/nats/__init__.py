"""The network between nations: each node uses its own nats-server, and pulls what others released to it through the hub."""

from bongsu.adapters.nats.network import NatsNetwork

__all__ = ["NatsNetwork"]
