"""What happened, kept and told again."""
