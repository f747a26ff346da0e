"""The SQLite file: connection, schema, captures, bodies, readings, histories, pictures, withdrawals, integrity."""
