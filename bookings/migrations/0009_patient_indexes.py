from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0008_patient_kept'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(fields=['phone'], name='patient_phone'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=Q(('blanked_at', None)), fields=['id'], name='patient_not_blanked'),
        ),
    ]
