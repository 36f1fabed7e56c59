"""One run of one term: its steps, their execution, what is published and what is issued."""
