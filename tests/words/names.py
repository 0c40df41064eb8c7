"""Names that count as one word of two syllables in the reading grade. Printed with every result; it never grows quietly."""

TREATMENTS = (
    "microsclerotherapy",
    "sclerotherapy",
    "foam sclerotherapy",
    "endothermal",
    "electrolysis",
    "electro-coagulation",
)
PLACES = (
    "The Vein Clinics",
    "Amersham",
    "Maidenhead",
    "London",
    "Dublin",
    "Ireland",
    "Northern Ireland",
    "United Kingdom",
)
# At most 25, each a condition that has no plainer name or that patients know by this one.
CONDITIONS = (
    "varicose veins",
    "thread veins",
    "spider veins",
    "deep vein thrombosis",
    "pulmonary embolism",
    "phlebitis",
    "lymphoedema",
    "cellulitis",
    "sepsis",
    "diabetes",
    "asthma",
    "migraine",
    "allergic reaction",
    "mini-stroke",
)
MOST_CONDITIONS = 25
