"""The exact words a patient agrees to. A change of the words is a new version. Pure: no Django, no clock."""

CONSENT_VERSION = "2026-11-21"
CONSENT_WORDING = (
    "I ask for this appointment, and I have not agreed to any treatment. "
    "The clinic may keep what I wrote here, with my health answers, to plan and give my care. "
    "I can ask for a copy, or ask the clinic to correct it."
)
CARER_LINE = "I ask for somebody else. They know and agree, or the law lets me decide for them."
CONSENT_BY_PHONE = f"Read out by phone, and agreed: {CONSENT_WORDING}"


def consent_to(for_another: bool) -> tuple[str, str]:
    """The wording and its version: somebody who asks for another person says so too."""
    if for_another:
        return f"{CONSENT_WORDING} {CARER_LINE}", f"{CONSENT_VERSION}-carer"
    return CONSENT_WORDING, CONSENT_VERSION
