"""What would help on the day: the ticks of the details page, with the short word staff read. Pure."""

ACCESS_NEEDS = {
    "step-free": "Step-free room",
    "chaperone": "A chaperone",
    "woman": "A woman to see me",
    "man": "A man to see me",
    "interpreter": "An interpreter",
    "large-print": "Large print",
    "hearing-loop": "Hearing loop",
    "faints": "I faint with needles",
    "skin": "Plasters or stockings upset my skin",
    "companion": "Someone comes with me",
}

# Why a patient cancels. The code stays with what happened for ever, so none of them says anything about health.
CANCEL_REASONS = {
    "cannot-come": "I cannot come at that time",
    "no-need": "I no longer need it",
    "cost": "The cost",
    "elsewhere": "I go somewhere else",
    "not-said": "I would rather not say",
}
