"""Who answers for the clinics of one country: the legal person, its regulator, whom to write to. Never a patient."""

from __future__ import annotations

from django.db import models

from clinic.models.places import Country


class Organisation(models.Model):
    """The company behind the clinics of a country (FHIR Organization). What is empty is not said to the public."""

    country = models.CharField(max_length=2, choices=Country, unique=True)
    legal_name = models.CharField(max_length=160, blank=True)
    company_number = models.CharField(max_length=40, blank=True)
    registered_address = models.TextField(blank=True, help_text="One line of the address on each line.")
    regulator = models.CharField(
        max_length=120, blank=True, help_text="Shown only together with its number, for example CQC."
    )
    regulator_number = models.CharField(max_length=60, blank=True)
    privacy_contact = models.TextField(blank=True, help_text="Whom to write to about personal data.")
    complaints_contact = models.TextField(
        blank=True, help_text="Who answers complaints, and how to reach them."
    )
    cancelling = models.TextField(
        blank=True, help_text="What a late cancellation costs, and when it is late."
    )
    paying = models.TextField(blank=True, help_text="How and when a patient pays.")
    confirmed_on = models.DateField(
        null=True, blank=True, help_text="The day the clinic confirmed all of this."
    )

    class Meta:
        ordering = ["country"]

    def __str__(self) -> str:
        return self.legal_name or self.get_country_display()
