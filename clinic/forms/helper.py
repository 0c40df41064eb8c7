"""How one page's form is printed by the crispy pack. It knows no field."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit

CONTINUE = "Continue"


def helper(button: str = CONTINUE, **settings: Any) -> FormHelper:
    """One filled button, errors above and beside the fields. `settings` become attributes of the helper."""
    made = FormHelper()
    for name, value in settings.items():
        setattr(made, name, value)
    made.add_input(Submit("go", button))
    return made
