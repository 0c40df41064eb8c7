"""Failure drills: each breaks something real, prints its figures, and has a control run that must fail."""
