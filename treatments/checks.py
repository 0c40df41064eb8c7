"""System checks of the treatments room."""
