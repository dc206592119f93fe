"""The administrator's rules for custom fields: wished, tried, put into force, and stored records mapped again."""
