"""Spreadsheets in and out: registration, set-up, marks, plans. The only workshop that imports openpyxl and calamine."""
