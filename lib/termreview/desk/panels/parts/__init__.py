"""The parts of the tabs: forms, lists and views that react to a person."""
