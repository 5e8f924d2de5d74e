"""Parts of stacks that several blueprints share."""
