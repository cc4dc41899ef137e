"""What a drill can break: one fault a module, each begun and healed from outside the server it hits."""
