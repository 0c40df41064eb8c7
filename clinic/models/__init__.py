"""The nouns of the clinic room: places, people who work there, who answers for them, mail, and what people tell us."""

from clinic.models.access import SignInKey
from clinic.models.limits import Tally
from clinic.models.organisations import Organisation
from clinic.models.outbox import Heartbeat, Message
from clinic.models.page_drops import PageDrop
from clinic.models.people import Clinician, Membership, Role
from clinic.models.pictures import Picture
from clinic.models.places import Country, Location, OpeningHours, Room
from clinic.models.trail import TrailRow
from clinic.models.versions import Version
from clinic.models.voices import Complaint, Feedback

__all__ = [
    "Clinician",
    "Complaint",
    "Country",
    "Feedback",
    "Heartbeat",
    "Location",
    "Membership",
    "Message",
    "OpeningHours",
    "Organisation",
    "PageDrop",
    "Picture",
    "Role",
    "Room",
    "SignInKey",
    "Tally",
    "TrailRow",
    "Version",
]
