"""Models: their files, containers and role, and the instances that fit."""
