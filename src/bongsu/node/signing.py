"""An officer's signature under a joint statement: made by the shell as the command enters, so that the record replays without a private key."""

from msgspec.structs import replace

from bongsu.model.command import Command
from bongsu.model.configuration import Configuration
from bongsu.record.chain import Sign
from bongsu.wire.statement_v1 import signed_bytes


def signed(command: Command, configuration: Configuration, sign: Sign) -> Command:
    """The command with `key` and `signature` over the text whose digest the officer saw; whatever it carried of these is replaced."""
    content = signed_bytes(
        federation=configuration.federation,
        mode=configuration.mode,
        exercise=configuration.exercise,
        circle=command.arguments.get("circle", ""),
        statement=command.about,
        version=command.version,
        text_digest=command.arguments.get("digest", ""),
    )
    key, signature = sign(content)
    return replace(command, arguments={**command.arguments, "key": key, "signature": signature.hex()})
