"""The desk's table of all schools: its columns, its groups, the views of it that were saved."""
