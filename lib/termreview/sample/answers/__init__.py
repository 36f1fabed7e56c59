"""All answers of one illustrative school to one form."""
