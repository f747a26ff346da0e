"""Taking captures in and handing them over: importers, exporters, object stores, backups."""
