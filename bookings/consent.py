"""The exact words a patient agrees to. A change of the words is a new version. Pure: no Django, no clock."""

CONSENT_VERSION = "2026-11-21"
CONSENT_WORDING = (
    "I ask for this appointment, and I have not agreed to any treatment. "
    "The clinic may keep what I wrote here, with my health answers, to plan and give my care. "
    "I can ask for a copy, or ask the clinic to correct it."
)
CONSENT_BY_PHONE = f"Read out by phone, and agreed: {CONSENT_WORDING}"
