"""Fault drills: many trials of one thing going wrong, and a control that must fail."""
