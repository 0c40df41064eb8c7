"""The nouns of the clinic room: places, people who work there, and mail."""

from clinic.models.outbox import Heartbeat, Message
from clinic.models.people import Clinician, Membership, Role
from clinic.models.places import Country, Location, OpeningHours, Room

__all__ = [
    "Clinician",
    "Country",
    "Heartbeat",
    "Location",
    "Membership",
    "Message",
    "OpeningHours",
    "Role",
    "Room",
]
