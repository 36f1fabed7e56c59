"""Which schools and which counts a report may show: scope, disclosure control, redaction."""
