"""Who works at our clinics, and where anybody can check that they may. Nobody is named who is not real."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.informing import informs
from clinic.models import Clinician

# The public registers by the name that staff enter: what it is called in full, and the page that searches it.
REGISTERS = {
    "gmc": (
        "General Medical Council",
        "https://www.gmc-uk.org/registration-and-licensing/the-medical-register",
    ),
    "nmc": ("Nursing and Midwifery Council", "https://www.nmc.org.uk/registration/search-the-register/"),
    "medical council": (
        "Medical Council, Ireland",
        "https://www.medicalcouncil.ie/public-information/check-the-register/",
    ),
    "nmbi": ("Nursing and Midwifery Board of Ireland", "https://www.nmbi.ie/Check-the-Register"),
}


@informs
def clinicians(request: HttpRequest) -> HttpResponse:
    """Everybody who works here now, with register and number once they are entered."""
    people = Clinician.objects.shown().select_related("photo")
    shown = [(person, *register_of(person)) for person in people]
    return render(request, "clinic/clinicians.html", {"people": shown})


def register_of(person: Clinician) -> tuple[str, str]:
    """The register's full name and its search page; the name as entered, and no page, for one we do not know."""
    return REGISTERS.get(person.register.strip().lower(), (person.register, ""))
