"""The database: its tables, one module of questions a subject, the same on SQLite and PostgreSQL."""
