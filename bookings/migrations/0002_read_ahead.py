"""Indexes that end first, so that reading ahead does not grow with the years behind."""

import django.db.models.deletion
from django.db import migrations, models

from bookings.models.guard import InstallGuard


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0001_initial'),
        ('clinic', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='appointment',
            name='appointment_time',
        ),
        migrations.AlterField(
            model_name='appointment',
            name='clinician',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.clinician'),
        ),
        migrations.AlterField(
            model_name='appointment',
            name='room',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.room'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['ends_at', 'starts_at'], name='appointment_ends'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['clinician', 'ends_at'], name='appointment_of_clinician'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['room', 'ends_at'], name='appointment_in_room'),
        ),
        InstallGuard(),
    ]
