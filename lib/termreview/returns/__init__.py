"""What goes back to schools: the marked workbook with its points, and reminders."""
