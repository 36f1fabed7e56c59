"""One received file read into one school's answers, with the account of all its cells."""
