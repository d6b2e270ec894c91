"""What users put into their own repositories."""
