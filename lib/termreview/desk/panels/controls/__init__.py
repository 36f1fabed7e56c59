"""The controls of the desk that every tab is made of."""
