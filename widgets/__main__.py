"""The `health-widgets` command."""

from widgets.commands import main

if __name__ == "__main__":
    main()
