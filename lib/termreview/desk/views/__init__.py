"""What the desk shows, as HTML and charts."""
