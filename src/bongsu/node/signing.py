"""What the shell signs for the core, which has no key: messages as they leave, and an officer's word under a joint statement as it enters.

So the record replays without a private key.
"""

from msgspec.structs import replace

from bongsu.adapters.identity import Signer
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration
from bongsu.model.message import Outgoing
from bongsu.model.parcel import Parcel
from bongsu.record.chain import Sign
from bongsu.wire.envelope_v1 import seal
from bongsu.wire.statement_v1 import signed_bytes


def parcel_of(outgoing: Outgoing, configuration: Configuration, signer: Signer) -> Parcel:
    """A message sealed for its recipient, ready for the network."""
    envelope = seal(
        outgoing,
        federation=configuration.federation,
        mode=configuration.mode,
        exercise=configuration.exercise,
        issuer=configuration.node,
        key=signer.key,
        sign=signer.sign,
    )
    return Parcel(
        message=outgoing.message,
        issuer=configuration.node,
        recipient=outgoing.recipient,
        lane=outgoing.lane,
        subject=outgoing.subject,
        envelope=envelope,
    )


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
