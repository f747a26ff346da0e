"""Importers, exporters, object stores and backups of captures."""
