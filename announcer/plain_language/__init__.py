"""Advice about words. A finding never keeps a text back, and says nothing of who wrote it."""
