"""What a received file is by its content: archives, containers and their XML parts, guarded."""
