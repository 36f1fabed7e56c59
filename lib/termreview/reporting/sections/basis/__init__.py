"""What a report rests on: opening, status, situation, quality of the figures, annexes."""
