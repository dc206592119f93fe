"""Access: secrets and who may do what. Values of secrets leave this room only as ``SecretStr``."""
