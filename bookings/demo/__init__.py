"""The demo: made-up staff, a rota and a diary, so that somebody can try the whole site. Only ever run with DEMO=1."""

from bookings.demo.logins import Login, load_logins
from bookings.demo.rota import NoClinics, load_rota
from bookings.demo.telling import load_diary

__all__ = ["Login", "NoClinics", "load_diary", "load_logins", "load_rota"]
