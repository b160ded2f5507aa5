"""Migrations, indexes and statements hold on the real engine."""
