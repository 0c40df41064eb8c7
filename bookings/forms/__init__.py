"""The forms a patient fills in. They read what was typed and say what is wrong in words; they hold no booking rule."""

from bookings.forms.contact import DetailsForm, RingMeForm, WriteLaterForm
from bookings.forms.finding import TimesForm
from bookings.forms.managing import CancelForm, ContactForm, FindForm
from bookings.forms.visit import ConsentForm, HealthForm, VisitForm

__all__ = [
    "CancelForm",
    "ConsentForm",
    "ContactForm",
    "DetailsForm",
    "FindForm",
    "HealthForm",
    "RingMeForm",
    "TimesForm",
    "VisitForm",
    "WriteLaterForm",
]
