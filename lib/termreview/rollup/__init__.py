"""What offices hand in about one term, checked and added up: the province over its offices, the nation over its provinces."""
