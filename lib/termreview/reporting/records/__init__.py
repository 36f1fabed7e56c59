"""What a report carries of its origin, and the reports that were handed out."""
