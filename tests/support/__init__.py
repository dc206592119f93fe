"""What several test rooms share: a PostgreSQL of their own, the folder of recordings, the project's files."""
