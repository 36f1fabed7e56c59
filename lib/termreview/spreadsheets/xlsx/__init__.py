"""The parts of an `.xlsx` workbook, read into cells."""
