"""Certificates (证书): what stands on them, their numbers, the proof before issue, and papers read back."""
