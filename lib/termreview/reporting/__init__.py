"""Tables in, published reports out."""
