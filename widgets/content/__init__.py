"""Files -> Library: the only place where content files are read and their faults are found."""
