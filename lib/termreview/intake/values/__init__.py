"""One cell read as one answer: numbers, dates, yes and no, texts, and what a person sees of it."""
