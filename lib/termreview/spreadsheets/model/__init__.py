"""A workbook as read: sheets, cells, number formats, and what a person sees of them."""
