"""Other tools' configurations → specs, and a report of what could not be carried. Pure: texts in, texts out."""
