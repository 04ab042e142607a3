"""What a partner pastes, for each way of embedding: `asked` is for what, `written` the text, `ways` the declarations."""
