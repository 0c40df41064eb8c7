"""The word lint: reads every page and message as a patient meets it, and says which sentence breaks which rule."""
