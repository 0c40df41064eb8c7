"""What we say: treatments, pages in sections, facts with the claim of each source, fees. Never a person's data."""

from __future__ import annotations

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from clinic.models import Country
from clinic.wording import money

MEDICINE_PATH = "/treatments/contraindications/medicine/"
HELP_PATH = "/help-now/"  # every page links to it


def years_after(day: date, years: int) -> date:
    """The same day of another year; 28 February for a 29th that the year does not have."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class Loaded(models.Model):
    """A row that `load_content` fills from a file. Knows how it stood when it was last loaded, so that an edit shows."""

    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class Treatment(Loaded):
    slug = models.SlugField(primary_key=True)
    name = models.CharField(max_length=80)
    plain_name = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Source(Loaded):
    """Something somebody published that a page or a fact rests on. Named by its kind, never as a competitor."""

    class Kind(models.TextChoices):
        LICENCE = "licence", "Licence text"
        GUIDELINE = "guideline", "Guideline"
        STUDY = "study", "Study"
        HOSPITAL = "hospital", "Hospital page"
        BODY = "body", "Health body"
        OWN = "own", "Our clinics' own page"
        CLINIC = "clinic", "Clinic page"
        SITE = "site", "Health website"

    key = models.SlugField(primary_key=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind)
    address = models.CharField(max_length=300, blank=True)
    read_on = models.DateField()
    names_medicine = models.BooleanField(
        default=False,
        help_text="Its title or address names the medicine, so only the medicine page may print it.",
    )

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class FactQuerySet(models.QuerySet["Fact"]):
    def with_claims(self) -> FactQuerySet:
        """Each fact with what each source says and which source that is, in two queries."""
        claims = Claim.objects.select_related("source")
        return self.prefetch_related(models.Prefetch("claims", queryset=claims))

    def due_for_review(self, on: date) -> FactQuerySet:
        """Facts that nobody has signed, or that were signed a year or more before that day."""
        return self.filter(Q(signed_on=None) | Q(signed_on__lte=years_after(on, -1)))


class Fact(Loaded):
    """One figure that pages print and rules read, with why we publish it and who signed it."""

    class Topic(models.TextChoices):
        """In the order in which somebody asks."""

        VEINS = "veins", "Your veins"
        CHECK = "check", "Who we treat, and the first visit"
        SESSIONS = "sessions", "Sessions"
        FEELING = "feeling", "What it feels like"
        AFTER = "after", "Stockings, washing and moving"
        TRAVEL = "travel", "Driving and travel"
        RESULT = "result", "How well it works"
        MARKS = "marks", "Bruises, marks and new fine veins"
        PROBLEMS = "problems", "Rare and serious problems"
        SITE = "site", "This website"

    class Certainty(models.TextChoices):
        AGREED = "agreed", "Sources agree"
        DIFFER = "differ", "Sources differ"
        OURS = "ours", "Our own rule"

    key = models.CharField(
        max_length=60,
        primary_key=True,
        validators=[RegexValidator(r"\A[a-z][a-z0-9_]*\Z", "Use a_small_name.")],
    )
    text = models.CharField(max_length=120, help_text="As a page prints it, for example “2 to 6”.")
    number = models.IntegerField(null=True, blank=True, help_text="For rules, for example 14.")
    unit = models.CharField(max_length=20, blank=True)
    question = models.CharField(
        max_length=120, blank=True, help_text="What it answers, for example “How long between sessions?”."
    )
    reason = models.TextField(help_text="Why we publish this value, for patients to read.")
    unverified = models.TextField(blank=True, help_text="What we could not check. Printed with the sources.")
    certainty = models.CharField(max_length=8, choices=Certainty)
    topic = models.CharField(
        max_length=10, choices=Topic, blank=True, help_text="Where it stands in the list."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Order within its topic.")
    signed_by = models.CharField(max_length=120, blank=True, help_text="Name and role of the clinician.")
    signed_on = models.DateField(null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by="", signed_on=None) | (~Q(signed_by="") & Q(signed_on__isnull=False)),
                name="fact_signed_with_name_and_day",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Claim(models.Model):
    """What one source says about one fact."""

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="claims")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="claims")
    says = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["fact", "position"]

    def __str__(self) -> str:
        return f"{self.fact_id}: {self.source_id}"


class PageQuerySet(models.QuerySet["Page"]):
    def published(self) -> PageQuerySet:
        return self.filter(published=True)

    def with_texts(self) -> PageQuerySet:
        """Its treatment, sections and sources in three queries."""
        return self.select_related("treatment").prefetch_related("sections", "sources")

    def due_for_review(self, on: date) -> PageQuerySet:
        """Clinical pages that nobody has checked, or whose next check is past on that day."""
        return self.filter(kind=Page.Kind.CLINICAL).filter(Q(reviewed_on=None) | Q(review_due_on__lte=on))


class Page(Loaded):
    """One page that informs: a heading, sections, sources, and who checked it when."""

    class Kind(models.TextChoices):
        CLINICAL = "clinical", "Clinical"
        PLAIN = "plain", "Plain"

    slug = models.SlugField(primary_key=True)
    path = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=160)
    lead = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    treatment = models.ForeignKey(
        Treatment, on_delete=models.PROTECT, null=True, blank=True, related_name="pages"
    )
    sources = models.ManyToManyField(Source, blank=True, related_name="pages")
    position = models.PositiveSmallIntegerField(default=0)
    published = models.BooleanField(default=True)
    reviewed_by = models.CharField(max_length=120, blank=True, help_text="Name and role of the clinician.")
    reviewed_on = models.DateField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.path

    @property
    def is_clinical(self) -> bool:
        return self.kind == Page.Kind.CLINICAL

    @property
    def names_medicine(self) -> bool:
        """Whether this is the one page that may name the medicine."""
        return self.path == MEDICINE_PATH


class Section(models.Model):
    """A heading and a body in Markdown, shown by one component."""

    class Component(models.TextChoices):
        TEXT = "text"
        IN_SHORT = "in-short"
        TIMELINE = "timeline"
        EMERGENCY = "emergency"
        SAME_DAY = "same-day"
        COLUMNS = "columns"
        STEPS = "steps"
        HELP = "help"
        CONTACT = "contact"
        NOT_NOW = "screening-not-now"
        RING_FIRST = "screening-ring-first"
        MAY_NEED_SCAN = "screening-may-need-scan"
        FEE_SESSION = "fee-session"
        FEE_TOTALS = "fee-totals"
        FEE_ROWS = "fee-rows"
        PLATE_VEINS = "plate-veins"
        PLATE_INJECTION = "plate-injection"
        PLATE_FIRST_VISIT = "plate-first-visit"
        PLATE_FADING = "plate-fading"
        PLATE_CLINICS = "plate-clinics"
        PLATE_KINDS = "plate-kinds"
        MORE = "more"
        TOLD_COMPANY = "told-company"
        TOLD_PAYING = "told-paying"
        TOLD_CANCELLING = "told-cancelling"
        TOLD_PRIVACY = "told-privacy"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sections")
    key = models.SlugField()
    heading = models.CharField(max_length=160)
    component = models.CharField(max_length=30, choices=Component, default=Component.TEXT)
    body = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["page", "position"]
        constraints = [models.UniqueConstraint(fields=["page", "key"], name="section_key_once_per_page")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.heading}"


class FeeQuerySet(models.QuerySet["Fee"]):
    def for_country(self, country: str) -> FeeQuerySet:
        return self.filter(country=country)


class Fee(Loaded):
    """What one kind of service costs in one country. An empty amount means: the clinic has not entered it yet."""

    class Service(models.TextChoices):
        CONSULTATION = "consultation", "First consultation"
        SESSION = "session", "Treatment session"
        REVIEW = "review", "Review visit"
        SCAN = "scan", "Ultrasound scan"
        STOCKINGS = "stockings", "Stockings"

    class Currency(models.TextChoices):
        GBP = "GBP", "Pounds sterling"
        EUR = "EUR", "Euro"

    service = models.CharField(max_length=15, choices=Service)
    country = models.CharField(max_length=2, choices=Country)
    currency = models.CharField(max_length=3, choices=Currency)
    amount = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    includes = models.CharField(max_length=300, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)

    objects = FeeQuerySet.as_manager()

    class Meta:
        ordering = ["country", "service", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["service", "country", "currency"], name="fee_once"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()}, {self.country}, {self.currency}"

    @property
    def amount_text(self) -> str:
        """The price as printed, or nothing while the clinic has not entered it."""
        return "" if self.amount is None else money(self.amount, self.currency)
