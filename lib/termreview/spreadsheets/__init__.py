"""Any workbook in, its cells out; knows no school and no form."""
