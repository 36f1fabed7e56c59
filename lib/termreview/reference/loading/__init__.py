"""Declaration files opened and read row by row; every mistake is noted with its line, none raised."""
