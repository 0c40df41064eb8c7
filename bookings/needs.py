"""What would help on the day: the ticks of the details page, and how staff read them. Pure."""

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
# The same on a list that is read at a glance.
STAFF_NEEDS = {
    "step-free": "Step-free room",
    "chaperone": "Wants a chaperone",
    "woman": "Wants a woman",
    "man": "Wants a man",
    "interpreter": "Interpreter",
    "large-print": "Large print",
    "hearing-loop": "Hearing loop",
    "faints": "Faints with needles",
    "skin": "Plasters or stockings upset the skin",
    "companion": "Brings somebody",
}

# Why a patient cancels. The code stays with what happened for ever, so none of them says anything about health.
CANCEL_REASONS = {
    "cannot-come": "I cannot come at that time",
    "no-need": "I no longer need it",
    "cost": "The cost",
    "elsewhere": "I go somewhere else",
    "not-said": "I would rather not say",
}
