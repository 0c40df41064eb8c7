"""The verbs of the clinic room: complain and answer, say what you think of a page and read it."""

from clinic.services.complaining import AlreadyAnswered, Complainant, answer, complain
from clinic.services.telling import read_feedback, tell

__all__ = ["AlreadyAnswered", "Complainant", "answer", "complain", "read_feedback", "tell"]
